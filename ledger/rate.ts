import type { Rational } from './amount.ts'
import { parseRational } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Contract } from './contract.ts'
import type { AssetId, ContractId, OrganisationId } from './identifiers.ts'
import { organisationOf } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** Money that an exchange pays to a party of the rate's choice, beside what clears. */
export interface Spread {
  readonly party: OrganisationId
  /** In micro-yuan for each point that is received. */
  readonly pricePerPoint: Rational
}

/**
 * An exchange rate 兑换比例 that the issuers of two kinds of points have agreed. Its terms are fixed;
 * it can only end, and not before the day is over on which it was closed: what was quoted that day
 * holds.
 */
export interface ExchangeRate extends Contract {
  readonly status: 'open' | 'closed'
  readonly from: AssetId
  readonly to: AssetId
  /** Points of `to` for one of `from`. */
  readonly rate: Rational
  /** What the issuer of `from` pays the issuer of `to`, in micro-yuan for each point of `to`. */
  readonly pricePerPoint: Rational
  readonly spread?: Spread
  readonly validFrom: BusinessDate
  readonly validUntil: BusinessDate
  /** Points of `to` that may be issued under it on one business date, beyond their own budget. */
  readonly capPerDay: bigint
  readonly capPerMemberDay: bigint
  /** Whether it may be one of two rates of an exchange. */
  readonly chainable: boolean
}

export const RATE = codec<ExchangeRate>(
  (value) => value as unknown as CanonicalValue,
  ({ spread, ...stored }: Stored<ExchangeRate>) => ({
    ...stored,
    keeps: [],
    rate: parseRational(stored.rate),
    pricePerPoint: parseRational(stored.pricePerPoint),
    ...(spread !== undefined && {
      spread: { ...spread, pricePerPoint: parseRational(spread.pricePerPoint) },
    }),
    capPerDay: BigInt(stored.capPerDay),
    capPerMemberDay: BigInt(stored.capPerMemberDay),
  }),
)

/** What a member has received under a rate on the last business date on which he did. */
export interface MemberExchange {
  readonly date: BusinessDate
  readonly amount: bigint
}

export const MEMBER_EXCHANGE = codec<MemberExchange>(
  (value) => ({ ...value }),
  (stored: Stored<MemberExchange>) => ({ ...stored, amount: BigInt(stored.amount) }),
)

/** The bound of what a rate may issue on one business date: every day has quota of its own. */
export function rateBound(rate: ContractId, date: BusinessDate): string {
  return `${rate}:${date}`
}

const DATE_LENGTH = '2026-12-01'.length

/** The rate and the date of a bound's name. */
export function splitRateBound(bound: string): {
  readonly rate: ContractId
  readonly date: string
} {
  const end = bound.length - DATE_LENGTH
  return { rate: bound.slice(0, end - 1), date: bound.slice(end) }
}

/** The issuers that have agreed a rate. */
export function issuersOfRate(rate: {
  readonly from: AssetId
  readonly to: AssetId
}): readonly OrganisationId[] {
  return [organisationOf(rate.from), organisationOf(rate.to)]
}
