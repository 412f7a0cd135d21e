import type { BusinessDate } from './business-date.ts'
import { reviveContent } from './basket-content.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Contract } from './contract.ts'
import type { AccountId, AssetId, OrganisationId, SeriesId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import type { CouponPart } from './posting.ts'
import type { Codec, Stored } from './records.ts'
import { codec } from './records.ts'

/** What of a coupon an order is paid with, in the unit of its series, and the fen that it pays. */
export interface PaidCoupon extends CouponPart {
  readonly series: SeriesId
  readonly fen: bigint
  /** What of the amount was given back. */
  readonly refunded: bigint
}

/** The lots that an order is paid with, first-expiring first, and the fen that they pay. */
export interface PaidPoints {
  readonly asset: AssetId
  readonly lots: readonly Lot[]
  readonly fen: bigint
  /** How many of the points were given back. */
  readonly refunded: bigint
}

/** An order 订单 that a member pays with coupons and points: reserved first, or paid at once. */
export interface Purchase extends Contract {
  /** `open`: reserved. `refunded`: nothing that was paid is left to be given back. */
  readonly status: 'open' | 'paid' | 'released' | 'refunded'
  readonly account: AccountId
  readonly acceptor: OrganisationId
  readonly store: string
  readonly order: string
  readonly amountFen: bigint
  /** What coupons and points pay of it. */
  readonly paidFen: bigint
  /** The business date on which its coupons count as used. */
  readonly usedOn: BusinessDate
  readonly coupons: readonly PaidCoupon[]
  readonly points: readonly PaidPoints[]
}

export const PURCHASE: Codec<Purchase> = codec<Purchase>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Purchase>) => ({
    ...stored,
    keeps: stored.keeps.map(reviveContent),
    amountFen: BigInt(stored.amountFen),
    paidFen: BigInt(stored.paidFen),
    coupons: stored.coupons.map((coupon) => ({
      ...coupon,
      amount: BigInt(coupon.amount),
      fen: BigInt(coupon.fen),
      refunded: BigInt(coupon.refunded),
    })),
    points: stored.points.map((paid) => ({
      ...paid,
      lots: paid.lots.map((lot) => ({ ...lot, amount: BigInt(lot.amount) })),
      fen: BigInt(paid.fen),
      refunded: BigInt(paid.refunded),
    })),
  }),
)

/** How many coupons of a series an account has used on a business date, where there is a cap. */
export interface CouponDay {
  readonly date: BusinessDate
  readonly count: number
}

export const COUPON_DAY: Codec<CouponDay> = codec<CouponDay>(
  (value) => ({ ...value }),
  (stored: CouponDay) => stored,
)
