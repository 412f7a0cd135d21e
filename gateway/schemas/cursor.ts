import { LedgerError } from '../../ledger/index.ts'

/** One list's cursors: which list they are of, and the form of the key that a page ended with. */
export interface CursorKind {
  readonly list: string
  readonly key: RegExp
}

/** A list in order of identifiers. */
export function idCursor(list: string): CursorKind {
  return { list, key: /^[A-Za-z0-9:.-]{1,100}$/ }
}

/** Coupons in order of series and serial. */
export const couponCursor: CursorKind = {
  list: 'coupons',
  key: /^[A-Za-z0-9:-]{1,80} [A-Za-z0-9._-]{1,64}$/,
}

/** A list in order of numbers that a block or entry got when it came. */
export function numberCursor(list: string): CursorKind {
  return { list, key: /^[0-9]{1,15}$/ }
}

export function encodeCursor({ list }: CursorKind, key: string): string {
  return Buffer.from(`${list}/${key}`, 'utf8').toString('base64url')
}

/** The key in a cursor. Throws REQUEST_MALFORMED on what is no cursor of this list. */
export function decodeCursor(kind: CursorKind, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const key = text.slice(kind.list.length + 1)
  // Base64 decoding passes over what does not belong there, so the way back must lead to the same.
  if (encodeCursor(kind, key) === cursor && kind.key.test(key)) return key
  throw new LedgerError('REQUEST_MALFORMED', {
    at: '/querystring/cursor',
    problem: `not a cursor of ${kind.list}`,
  })
}
