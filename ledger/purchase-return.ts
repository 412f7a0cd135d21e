import type { BusinessDate } from './business-date.ts'
import type { Entry } from './entry.ts'
import type { AccountId, AssetId } from './identifiers.ts'
import { isReference } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { lotStatus, mergeLots } from './lot.ts'
import { codeOf, holdingAccount, ISSUED } from './posting.ts'
import type { Codec, Stored } from './records.ts'
import { codec } from './records.ts'

/** What of an award has been taken back so far, over all returns of its purchase. */
export interface PurchaseReturn {
  /** Of the purchase. */
  readonly fen: bigint
  /** Points that were due back. */
  readonly due: bigint
  /** Of those, the points that came back or are owed. */
  readonly settled: bigint
  /** What was cleared back to the funder for them. */
  readonly microYuan: bigint
}

export const PURCHASE_RETURN: Codec<PurchaseReturn> = codec<PurchaseReturn>(
  (value) => ({ ...value }),
  ({ fen, due, settled, microYuan }: Stored<PurchaseReturn>) => ({
    fen: BigInt(fen),
    due: BigInt(due),
    settled: BigInt(settled),
    microYuan: BigInt(microYuan),
  }),
)

/** Points that an account owes out of what it earns next. */
export interface OwedPoints {
  readonly amount: bigint
}

export const OWED_POINTS: Codec<OwedPoints> = codec<OwedPoints>(
  (value) => ({ ...value }),
  ({ amount }: Stored<OwedPoints>) => ({ amount: BigInt(amount) }),
)

/** What can be read of an award before it is known to be one: names only. */
interface AwardText {
  readonly postings: readonly { readonly account: string; readonly asset: string }[]
  readonly references: Entry['references']
}

/** The account and the points of an award: all of it may have gone to what the account owed. */
export function awardHolding({
  postings,
  references,
}: AwardText): { readonly account: AccountId; readonly asset: AssetId } | undefined {
  const account =
    postings.map((posting) => holdingAccount(posting.account)).find((id) => id !== undefined) ??
    references['owedBy']
  const asset = postings[0]?.asset
  if (account === undefined || asset === undefined || !isReference(account)) return undefined
  return { account, asset }
}

/** What an award came to: points, money cleared for them, and the date of what was credited. */
export function awardFigures({ postings, references }: Entry): {
  readonly points: bigint
  readonly microYuan: bigint
  readonly spendFen: bigint
  readonly expires: BusinessDate | undefined
} {
  const awarded = postings.find(({ account, side }) => account === ISSUED && side === 'debit')
  const cleared = postings.find(({ account }) => codeOf(account) === '3001')
  const held = postings.find(({ lots }) => lots !== undefined)
  return {
    points: awarded?.amount ?? 0n,
    microYuan: cleared?.amount ?? 0n,
    spendFen: BigInt(references['spendFen'] ?? '0'),
    expires: held?.lots?.[0]?.expires,
  }
}

/**
 * The lots out of which an award is taken back, as far as they reach: what is pending first, then
 * what is available; of each, what expires with the award before anything else. What is past its
 * date is left to expire.
 */
export function takeBack(
  held: readonly Lot[],
  amount: bigint,
  expires: BusinessDate | undefined,
  today: BusinessDate,
): Lot[] {
  const ranks = { pending: 0, available: 2, expired: 4 }
  const ranked = mergeLots(held, today)
    .map((lot) => ({
      lot,
      rank: ranks[lotStatus(lot, today)] + (lot.expires === expires ? 0 : 1),
    }))
    .filter(({ rank }) => rank < ranks.expired)
    .sort((one, other) => one.rank - other.rank)
  const taken: Lot[] = []
  let rest = amount
  for (const { lot } of ranked) {
    const part = lot.amount < rest ? lot.amount : rest
    if (part > 0n) taken.push({ ...lot, amount: part })
    rest -= part
  }
  return taken
}
