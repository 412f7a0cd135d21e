import { multiply } from './amount.ts'
import type { CouponSeries, Funder } from './coupon-series.ts'
import type { OrganisationId } from './identifiers.ts'
import { owedPostings } from './clearing.ts'
import type { Posting } from './posting.ts'
import { MICRO_YUAN_PER_FEN } from './posting.ts'
import type { PointsProgramme } from './records.ts'

/** What an organisation owes an acceptor, in micro-yuan; below zero, what it is owed. */
export interface Debt {
  readonly debtor: OrganisationId
  readonly amount: bigint
}

/** A funder's part of what a coupon paid: by shares, rounded down, the rest with the last of them. */
export function couponDebts({ funders }: Pick<CouponSeries, 'funders'>, fen: bigint): Debt[] {
  const total = fen * MICRO_YUAN_PER_FEN
  const shares = funders.reduce((sum, { share }) => sum + BigInt(share), 0n)
  const part = ({ share }: Funder): bigint => (total * BigInt(share)) / shares
  const others = funders.slice(0, -1).reduce((sum, funder) => sum + part(funder), 0n)
  return funders.map((funder, at) => ({
    debtor: funder.organisation,
    amount: at === funders.length - 1 ? total - others : part(funder),
  }))
}

/** What the issuer owes for points, rounded down once. */
export function pointsDebt({ issuer, pricePerPoint }: PointsProgramme, points: bigint): Debt {
  return { debtor: issuer, amount: multiply(points, pricePerPoint).whole }
}

/** The fraction of a micro-yuan that is dropped from what the issuer owes; undefined: none. */
export function droppedOf({ pricePerPoint }: PointsProgramme, points: bigint): string | undefined {
  const { remainder, denominator } = multiply(points, pricePerPoint)
  return remainder === 0n ? undefined : `${remainder}/${denominator}`
}

/** Debts with the other sign. */
export function negated(debts: readonly Debt[]): Debt[] {
  return debts.map(({ debtor, amount }) => ({ debtor, amount: -amount }))
}

/** The clearing postings of debts to an acceptor: one pair for each who owes, none for itself. */
export function postDebts(
  debts: readonly Debt[],
  creditor: OrganisationId,
  cycle: string,
): Posting[] {
  const sums = new Map<OrganisationId, bigint>()
  for (const { debtor, amount } of debts) sums.set(debtor, (sums.get(debtor) ?? 0n) + amount)
  return [...sums].flatMap(([debtor, sum]): Posting[] => {
    if (debtor === creditor || sum === 0n) return []
    return sum > 0n
      ? owedPostings({ debtor, creditor, amount: sum }, cycle)
      : owedPostings({ debtor: creditor, creditor: debtor, amount: -sum }, cycle)
  })
}
