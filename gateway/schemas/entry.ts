import type { Static } from 'typebox'
import { Type } from 'typebox'
import { EntryText } from '../../ledger/index.ts'
import { entryJsonOf } from '../projection/published-entry.ts'
import type { StoredEntry } from '../projection/queries/entry-queries.ts'
import { BlockNumber } from './read-response.ts'

/** The fields of an entry as the API answers it. */
export const entryFields = {
  hash: Type.String({ description: "SHA-256 of the entry's canonical JSON" }),
  entry: EntryText,
  transactionId: Type.String(),
  blockNumber: BlockNumber,
  traceparent: Type.Optional(Type.String()),
}

export const EntryAnswer = Type.Object(entryFields)

export function entryAnswer(stored: StoredEntry): Static<typeof EntryAnswer> {
  const { hash, text, transactionId, blockNumber, traceparent } = stored
  return {
    hash,
    entry: entryJsonOf(text),
    transactionId,
    blockNumber: String(blockNumber),
    ...(traceparent !== null && { traceparent }),
  }
}
