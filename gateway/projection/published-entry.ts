import type { Static } from 'typebox'
import type { Entry, EntryText } from '../../ledger/index.ts'
import { parseEntry } from '../../ledger/index.ts'

/** An entry as JSON has it. */
export type EntryJson = Static<typeof EntryText>

/** The entry of a text that the ledger published: its form was the ledger's to see to. */
export function entryJsonOf(text: string): EntryJson {
  return JSON.parse(text) as EntryJson
}

/** The entry of a text that the ledger published, with amounts. */
export function entryOf(text: string): Entry {
  return parseEntry(entryJsonOf(text))
}
