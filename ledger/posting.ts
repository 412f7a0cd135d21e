import { Type } from 'typebox'
import type { CanonicalValue } from './canonical.ts'
import type { AccountId, AssetId, OrganisationId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { LotText, parseLot } from './lot.ts'
import { PostedAmount } from './amount.ts'

/** The chart of accounts 科目表. `normal` is the side on which an account's balance stands. */
export const CHART_OF_ACCOUNTS = {
  '7101': { name: 'issued 已发行', normal: 'debit' },
  '7102': { name: 'holding 持有', normal: 'credit' },
  '7104': { name: 'redeemed 已核销', normal: 'credit' },
  '7105': { name: 'expired 已过期', normal: 'credit' },
  '3001': { name: 'clearing 清算往来', normal: 'debit' },
} as const

export type AccountCode = keyof typeof CHART_OF_ACCOUNTS

/** Where a posting stands: the code, and behind a slash which account of that code. */
export type AccountPath = string

export const ISSUED: AccountPath = '7101'
export const REDEEMED: AccountPath = '7104'
export const EXPIRED: AccountPath = '7105'

/** The currency in which consortium members clear, in millionths of a yuan. */
export const SETTLEMENT_ASSET: AssetId = 'CNY:micro-yuan'

export function holdingPath(account: AccountId): AccountPath {
  return `7102/${account}`
}

/** What `organisation` has to get from (debit) or pay to (credit) `counterparty` in a cycle. */
export function clearingPath(
  organisation: OrganisationId,
  counterparty: OrganisationId,
  cycle: string,
): AccountPath {
  return `3001/${organisation}/${counterparty}/${cycle}`
}

export function isAccountCode(text: string): text is AccountCode {
  return Object.hasOwn(CHART_OF_ACCOUNTS, text)
}

/** The code of an account path. Throws on a code that the chart does not have. */
export function codeOf(path: AccountPath): AccountCode {
  const code = path.split('/', 1)[0] ?? ''
  if (!isAccountCode(code)) throw new Error(`no such account code: ${path}`)
  return code
}

/** The account id of a holding path, or undefined for any other path. */
export function holdingAccount(path: AccountPath): AccountId | undefined {
  return path.startsWith('7102/') ? path.slice(5) : undefined
}

export type Side = 'debit' | 'credit'

/** One line of an entry. Holdings say which lots go or come; their sum is the amount. */
export interface Posting {
  readonly account: AccountPath
  readonly asset: AssetId
  readonly side: Side
  readonly amount: bigint
  readonly lots?: readonly Lot[]
}

/** More lots than any holding has that is expired now and then. */
export const MAX_POSTED_LOTS = 200

export const PostingText = Type.Object(
  {
    account: Type.String({ pattern: '^[0-9]{4}(/[A-Za-z0-9:.-]{1,81}){0,3}$' }),
    asset: Type.String({ pattern: '^[A-Za-z0-9:.-]{1,80}$' }),
    side: Type.Union([Type.Literal('debit'), Type.Literal('credit')]),
    amount: PostedAmount,
    lots: Type.Optional(Type.Array(LotText, { maxItems: MAX_POSTED_LOTS })),
  },
  { additionalProperties: false },
)

export function parsePosting(text: Type.Static<typeof PostingText>): Posting {
  const { lots, ...rest } = text
  const posting = { ...rest, amount: BigInt(text.amount) }
  return lots === undefined ? posting : { ...posting, lots: lots.map(parseLot) }
}

export function canonicalPosting(posting: Posting): { [key: string]: CanonicalValue | undefined } {
  return { ...posting, lots: posting.lots?.map((lot) => ({ ...lot })) }
}

/** Throws unless the postings are positive and sum to zero for every asset. */
export function assertBalanced(postings: readonly Posting[]): void {
  const sums = new Map<AssetId, bigint>()
  for (const { asset, side, amount } of postings) {
    if (amount <= 0n) throw new Error(`posting without an amount: ${asset}`)
    sums.set(asset, (sums.get(asset) ?? 0n) + (side === 'debit' ? amount : -amount))
  }
  for (const [asset, sum] of sums) if (sum !== 0n) throw new Error(`unbalanced by ${sum}: ${asset}`)
}

/** The postings that undo these: the other side, in the other order. */
export function reversePostings(postings: readonly Posting[]): Posting[] {
  return postings.toReversed().map((posting) => ({
    ...posting,
    side: posting.side === 'debit' ? 'credit' : 'debit',
  }))
}
