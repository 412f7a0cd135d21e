import { Type } from 'typebox'
import type { CanonicalValue } from './canonical.ts'
import type { AccountId, AssetId, OrganisationId } from './identifiers.ts'
import type { Lot, LotTuple } from './lot.ts'
import { lotOfTuple, LotText, lotTuple, parseLot } from './lot.ts'
import { PostedAmount, PositiveAmount } from './amount.ts'
import { isSeries, SerialText } from './identifiers.ts'

/** The chart of accounts 科目表. `normal` is the side on which an account's balance stands. */
export const CHART_OF_ACCOUNTS = {
  '7101': { name: 'issued 已发行', normal: 'debit' },
  '7102': { name: 'holding 持有', normal: 'credit' },
  '7103': { name: 'escrow 中间户', normal: 'credit' },
  '7104': { name: 'redeemed 已核销', normal: 'credit' },
  '7105': { name: 'expired 已过期', normal: 'credit' },
  '7106': { name: 'void 已作废', normal: 'credit' },
  '7107': { name: 'exchanged out 已兑出', normal: 'credit' },
  '3001': { name: 'clearing 清算往来', normal: 'debit' },
  '1221': { name: 'settlement in transit 结算在途', normal: 'debit' },
  '1002': { name: 'bank 银行存款', normal: 'debit' },
  '6051': { name: 'fees 手续费', normal: 'credit' },
  '6711': { name: 'rounding 尾差', normal: 'debit' },
} as const

export type AccountCode = keyof typeof CHART_OF_ACCOUNTS

/** Where a posting stands: the code, and behind a slash which account of that code. */
export type AccountPath = string

export const ISSUED: AccountPath = '7101'
export const REDEEMED: AccountPath = '7104'
export const EXPIRED: AccountPath = '7105'
export const VOID: AccountPath = '7106'
export const EXCHANGED_OUT: AccountPath = '7107'

/** The currency in which consortium members clear, in millionths of a yuan. */
export const SETTLEMENT_ASSET: AssetId = 'CNY:micro-yuan'

export const MICRO_YUAN_PER_FEN = 10_000n

export function holdingPath(account: AccountId): AccountPath {
  return `7102/${account}`
}

/** What a contract, such as a gift or an offer, keeps until it ends: its kind and its id. */
export function escrowPath(kind: string, id: string): AccountPath {
  return `7103/${kind}/${id}`
}

/** What `organisation` has to get from (debit) or pay to (credit) `counterparty` in a cycle. */
export function clearingPath(
  organisation: OrganisationId,
  counterparty: OrganisationId,
  cycle: string,
): AccountPath {
  return `3001/${organisation}/${counterparty}/${cycle}`
}

/** What is instructed to be paid between two organisations for a cycle and has not left or come in. */
export function inTransitPath(
  organisation: OrganisationId,
  counterparty: OrganisationId,
  cycle: string,
): AccountPath {
  return `1221/${organisation}/${counterparty}/${cycle}`
}

/** An organisation's own account of a code: bank, fees or rounding. */
export function ownPath(code: '1002' | '6051' | '6711', organisation: OrganisationId): AccountPath {
  return `${code}/${organisation}`
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

/** A coupon with what of it is posted: fen of its face value, or one piece. */
export interface CouponPart {
  readonly serial: string
  readonly amount: bigint
}

/**
 * One line of an entry. Holdings and escrows say which lots or coupons go or come; their sum is the
 * amount.
 */
export interface Posting {
  readonly account: AccountPath
  readonly asset: AssetId
  readonly side: Side
  readonly amount: bigint
  readonly lots?: readonly Lot[]
  readonly coupons?: readonly CouponPart[]
}

/** More lots than any holding has that is expired now and then. */
export const MAX_POSTED_LOTS = 200

/** As many as one command issues or one basket holds. */
export const MAX_POSTED_COUPONS = 100

const CouponPartText = Type.Object(
  { serial: SerialText, amount: PositiveAmount },
  { additionalProperties: false },
)

export const PostingText = Type.Object(
  {
    account: Type.String({ pattern: '^[0-9]{4}(/[A-Za-z0-9:.-]{1,81}){0,3}$' }),
    asset: Type.String({ pattern: '^[A-Za-z0-9:.-]{1,80}$' }),
    side: Type.Union([Type.Literal('debit'), Type.Literal('credit')]),
    amount: PostedAmount,
    lots: Type.Optional(Type.Array(LotText, { maxItems: MAX_POSTED_LOTS })),
    coupons: Type.Optional(Type.Array(CouponPartText, { maxItems: MAX_POSTED_COUPONS })),
  },
  { additionalProperties: false },
)

export function parsePosting(text: Type.Static<typeof PostingText>): Posting {
  const { lots, coupons, ...rest } = text
  return {
    ...rest,
    amount: BigInt(text.amount),
    ...(lots !== undefined && { lots: lots.map(parseLot) }),
    ...(coupons !== undefined && {
      coupons: coupons.map(({ serial, amount }) => ({ serial, amount: BigInt(amount) })),
    }),
  }
}

export function canonicalPosting(posting: Posting): { [key: string]: CanonicalValue | undefined } {
  return {
    ...posting,
    lots: posting.lots?.map((lot) => ({ ...lot })),
    coupons: posting.coupons?.map((part) => ({ ...part })),
  }
}

/** A posting in few bytes, as it stands in events and stores. */
export type PostingTuple = readonly [
  account: string,
  asset: string,
  side: 'D' | 'C',
  amount: string,
  lots?: readonly LotTuple[],
  coupons?: readonly (readonly [serial: string, amount: string])[],
]

export function postingTuple({
  account,
  asset,
  side,
  amount,
  lots,
  coupons,
}: Posting): PostingTuple {
  const values = [account, asset, side === 'debit' ? 'D' : 'C', String(amount)] as const
  if (coupons !== undefined) {
    return [...values, [], coupons.map((part) => [part.serial, String(part.amount)] as const)]
  }
  return lots === undefined ? values : [...values, lots.map(lotTuple)]
}

export function postingOfTuple([
  account,
  asset,
  side,
  amount,
  lots,
  coupons,
]: PostingTuple): Posting {
  const posting = {
    account,
    asset,
    side: side === 'D' ? 'debit' : 'credit',
    amount: BigInt(amount),
  } as const
  if (coupons !== undefined) {
    return {
      ...posting,
      coupons: coupons.map(([serial, part]) => ({ serial, amount: BigInt(part) })),
    }
  }
  return lots === undefined ? posting : { ...posting, lots: lots.map(lotOfTuple) }
}

/**
 * Whether the detail of an account stands in a record of its own, so that a posting to it leaves
 * nothing but the total of its code: a coupon says who has it, a contract what it keeps.
 */
export function isDetailedByRecord({
  account,
  asset,
}: Pick<Posting, 'account' | 'asset'>): boolean {
  return account.startsWith('7103/') || (account.startsWith('7102/') && isSeries(asset))
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
