import { readFileSync } from 'node:fs'
import type { Static, TSchema } from 'typebox'
import { shapeOf } from '../ledger/index.ts'
import { PlainError, readOrExplain } from './plain-error.ts'

/** Reads a JSON file of a known form. Throws a plain error that ends with the remedy. */
export function readJsonFile<Schema extends TSchema>(
  path: string,
  schema: Schema,
  remedy: string,
): Static<Schema> {
  const text = readOrExplain(path, remedy, () => readFileSync(path, 'utf8'))
  const checked = shapeOf(schema)(parseJson(text))
  if (checked.ok) return checked.value
  const place = checked.detail['at'] ? ` at ${checked.detail['at']}` : ''
  throw new PlainError(`${path} is not of the expected form${place}. ${remedy}`)
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
