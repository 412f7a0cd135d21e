import type { Static } from 'typebox'
import type { Entry, EntryReferences, EntryText, Lot, Posting } from '../../ledger/index.ts'

/** An entry as JSON has it. */
export type EntryJson = Static<typeof EntryText>

type PostingJson = EntryJson['postings'][number]
type LotJson = NonNullable<PostingJson['lots']>[number]

// Arrays instead of objects: half the size, and there is one for every entry there ever was.
type LotValue = readonly [amount: string, expires: string, availableFrom?: string]
type PostingValue = readonly [
  account: string,
  asset: string,
  side: 0 | 1,
  amount: string,
  lots?: readonly LotValue[],
]
type EntryValue = readonly [
  v: 1,
  type: string,
  actor: string,
  commandId: string,
  commandHash: string,
  submitter: string,
  businessDate: string,
  cycle: string,
  postings: readonly PostingValue[],
  references: EntryReferences,
]

const SIDES = ['debit', 'credit'] as const

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
    entry.postings.map(postingValue),
    entry.references,
  ]
  return JSON.stringify(value)
}

/** The entry of a stored text. */
export function entryJsonOf(text: string): EntryJson {
  const [v, type, actor, commandId, commandHash, submitter, businessDate, cycle, postings, notes] =
    JSON.parse(text) as EntryValue
  return {
    v,
    type,
    actor,
    commandId,
    commandHash,
    submitter,
    businessDate,
    cycle,
    postings: postings.map(postingJson),
    references: { ...notes },
  }
}

function postingValue({ account, asset, side, amount, lots }: Posting): PostingValue {
  const place = side === 'debit' ? 0 : 1
  if (lots === undefined) return [account, asset, place, String(amount)]
  return [account, asset, place, String(amount), lots.map(lotValue)]
}

function lotValue({ amount, expires, availableFrom }: Lot): LotValue {
  if (availableFrom === undefined) return [String(amount), expires]
  return [String(amount), expires, availableFrom]
}

function postingJson([account, asset, place, amount, lots]: PostingValue): PostingJson {
  const posting = { account, asset, side: SIDES[place], amount }
  return lots === undefined ? posting : { ...posting, lots: lots.map(lotJson) }
}

function lotJson([amount, expires, availableFrom]: LotValue): LotJson {
  return availableFrom === undefined ? { amount, expires } : { amount, expires, availableFrom }
}
