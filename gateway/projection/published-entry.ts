import type { Static } from 'typebox'
import type { Entry, EntryReferences, EntryText, PostingTuple } from '../../ledger/index.ts'
import { canonicalEntry, postingOfTuple, postingTuple } from '../../ledger/index.ts'

/** An entry as JSON has it. */
export type EntryJson = Static<typeof EntryText>

// Arrays instead of objects: half the size, and there is one for every entry there ever was.
type EntryValue = readonly [
  v: 1,
  type: string,
  actor: string,
  commandId: string,
  commandHash: string,
  submitter: string,
  businessDate: string,
  cycle: string,
  postings: readonly PostingTuple[],
  references: EntryReferences,
]

/** The text as which an entry is stored: all that is in it, for `entryJsonOf` to read. */
export function storedTextOf(entry: Entry): string {
  const { v, type, actor, commandId, commandHash, submitter, businessDate, cycle } = entry
  const value: EntryValue = [
    v,
    type,
    actor,
    commandId,
    commandHash,
    submitter,
    businessDate,
    cycle,
    entry.postings.map(postingTuple),
    entry.references,
  ]
  return JSON.stringify(value)
}

/** The entry of a stored text. */
export function entryJsonOf(text: string): EntryJson {
  const [v, type, actor, commandId, commandHash, submitter, businessDate, cycle, tuples, notes] =
    JSON.parse(text) as EntryValue
  const named = { v, type, actor, commandId, commandHash, submitter, businessDate, cycle }
  const entry: Entry = { ...named, postings: tuples.map(postingOfTuple), references: { ...notes } }
  return JSON.parse(canonicalEntry(entry)) as EntryJson
}
