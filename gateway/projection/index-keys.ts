import { hash } from 'node:crypto'

/** 48 bits: a whole number in JavaScript, and six bytes in an index. */
const HEX_DIGITS = 12

/** The key under which an index has an entry's hash. Others may share it. */
export function hashKeyOf(entryHash: string): number {
  return Number.parseInt(entryHash.slice(0, HEX_DIGITS), 16)
}

/** The key under which an index has the name of an entry's command. Others may share it. */
export function commandKeyOf(actor: string, id: string): number {
  return hashKeyOf(hash('sha256', `${actor}/${id}`))
}
