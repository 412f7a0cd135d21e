import type { Static } from 'typebox'
import { Type } from 'typebox'
import { COUPON_STATES } from '../../ledger/index.ts'
import type { StoredCoupon } from '../projection/queries/coupon-queries.ts'
import { Amount } from './read-response.ts'

/** Where a coupon is in its life. */
export const CouponStateText = Type.Enum(COUPON_STATES)

/** The fields of a coupon as the API answers them. */
export const couponFields = {
  series: Type.String(),
  serial: Type.String(),
  account: Type.String({ description: 'who has it, or had it when it came to its end' }),
  state: CouponStateText,
  amount: Amount,
  validFrom: Type.String(),
  expires: Type.String({ description: 'the last day on which it can be used' }),
  keptBy: Type.Optional(Type.String({ description: 'the kind and the id of what keeps it' })),
}

export const CouponAnswer = Type.Object(couponFields)

/** A coupon as the API shows it. */
export function couponAnswer({ keptBy, ...coupon }: StoredCoupon): Static<typeof CouponAnswer> {
  return keptBy === null ? coupon : { ...coupon, keptBy }
}
