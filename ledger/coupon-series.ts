import type { BusinessDate } from './business-date.ts'
import { addDays } from './business-date.ts'
import type { AccountId, OrganisationId, SeriesId } from './identifiers.ts'

/** Who pays the acceptor when a coupon is redeemed, and which part of it: shares of their sum. */
export interface Funder {
  readonly organisation: OrganisationId
  readonly share: number
}

/** What a deduction coupon 抵扣券 takes off an order. */
export type Discount =
  | { readonly kind: 'amount'; readonly fen: bigint }
  | { readonly kind: 'percent'; readonly percent: number; readonly capFen: bigint }

/** When a coupon of the series may be used: between two days, or so many days from its receipt. */
export type Validity =
  | { readonly kind: 'window'; readonly from: BusinessDate; readonly until: BusinessDate }
  | { readonly kind: 'days'; readonly days: number }

/** Days on which no coupon of the series is accepted, the first and the last included. */
export interface Blackout {
  readonly from: BusinessDate
  readonly until: BusinessDate
}

/** What may be used beside a coupon in one order. */
export interface Stacking {
  /** Coupons of this series in one order, 1 or more. */
  readonly ownPerOrder: number
  readonly otherSeries: boolean
  readonly points: boolean
}

/** The terms of coupons that an organisation issues: shopping coupons 购物券 or deduction coupons 抵扣券. */
export interface CouponSeries {
  readonly id: SeriesId
  readonly issuer: OrganisationId
  readonly name: string
  readonly value:
    | { readonly kind: 'shopping'; readonly faceFen: bigint; readonly partialUse: boolean }
    | { readonly kind: 'deduction'; readonly discount: Discount }
  readonly minimumSpendFen: bigint
  readonly validity: Validity
  readonly blackouts: readonly Blackout[]
  readonly acceptors: readonly OrganisationId[]
  /** Categories of goods that it pays for; empty: all. */
  readonly categories: readonly string[]
  readonly funders: readonly Funder[]
  readonly transferable: boolean
  readonly giftable: boolean
  readonly auctionable: boolean
  readonly stacking: Stacking
  /** How many a member may get in all; null: any number. */
  readonly perMember: number | null
  /** How many a member may use on one business date; null: any number. */
  readonly perMemberDay: number | null
  /** In the unit of the series: fen of face value, or pieces. */
  readonly budget: bigint
  /** The kill switch: nothing is issued or redeemed while it is set. */
  readonly stopped: boolean
}

/** What one coupon of the series comes to when it is issued, in the unit of the series. */
export function amountOfOne({ value }: CouponSeries): bigint {
  return value.kind === 'shopping' ? value.faceFen : 1n
}

/** The first and the last day on which a coupon that is received on a date may be used. */
export function validityOf(
  { validity }: CouponSeries,
  received: BusinessDate,
): { readonly validFrom: BusinessDate; readonly expires: BusinessDate } {
  return validity.kind === 'window'
    ? { validFrom: validity.from, expires: validity.until }
    : { validFrom: received, expires: addDays(received, validity.days) }
}

/** Where a coupon is in its life 生命周期. A coupon that was used in part is held. */
export const COUPON_STATES = [
  'held',
  'reserved',
  'gifted',
  'offered',
  'auctioned',
  'redeemed',
  'expired',
  'void',
] as const

export type CouponState = (typeof COUPON_STATES)[number]

/** One coupon of a series, under its serial number. */
export interface Coupon {
  /** Who has it, or had it when it went into a contract or came to its end. */
  readonly account: AccountId
  readonly state: CouponState
  /** What is left of it, in the unit of the series. */
  readonly amount: bigint
  readonly validFrom: BusinessDate
  readonly expires: BusinessDate
  /** The name of the key of the contract that keeps it, in the states that are a contract's. */
  readonly keptBy?: string
}
