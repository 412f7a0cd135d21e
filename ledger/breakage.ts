import type { Rational } from './amount.ts'
import { multiply } from './amount.ts'

/** Points that were sold with goods, and how many of them are expected ever to be redeemed. */
export interface DeferredPoints {
  readonly issued: bigint
  readonly redeemed: bigint
  readonly outstanding: bigint
  /** The share of what is issued that is expected to be redeemed in the end, at most 1. */
  readonly expectedShare: Rational
}

/** How much of what points were sold for is earned by now, in the unit of `deferred`. */
export interface EarnedRevenue {
  readonly deferred: bigint
  readonly redeemed: bigint
  /** Redeemed by now and expected to be redeemed later, together. */
  readonly expected: bigint
}

/**
 * Revenue in proportion to the pattern of redemption: deferred × redeemed ÷ expected, rounded down;
 * all of it once as much is redeemed as was expected. What was recognised before under another
 * estimate is caught up in the period of the change. IFRS 15, B44 to B47 (unexercised rights).
 */
export function earnedRevenue({ deferred, redeemed, expected }: EarnedRevenue): bigint {
  return redeemed >= expected ? deferred : (deferred * redeemed) / expected
}

/** The estimate for a programme: points that will be redeemed in all, and of what is out, that will not. */
export interface BreakageEstimate {
  readonly expected: bigint
  readonly breakage: bigint
}

/** No less is expected in all than is redeemed, and no more than could be. */
export function breakageOf(points: DeferredPoints): BreakageEstimate {
  const { issued, redeemed, outstanding, expectedShare } = points
  const estimate = multiply(issued, expectedShare).whole
  const most = redeemed + outstanding
  const atLeast = estimate < redeemed ? redeemed : estimate
  const expected = atLeast > most ? most : atLeast
  return { expected, breakage: most - expected }
}
