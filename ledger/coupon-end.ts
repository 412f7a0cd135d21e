import { Type } from 'typebox'
import type { StateView } from './batch-state.ts'
import type { CouponTransition } from './coupon-life.ts'
import { afterTransition } from './coupon-life.ts'
import type { Coupon } from './coupon-series.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import { SerialText } from './identifiers.ts'
import { couponKey } from './keys.ts'
import type { AccountPath, CouponPart, Posting } from './posting.ts'
import { holdingPath } from './posting.ts'
import type { EntryContent, RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** An entry has at most a hundred postings, and each of these coupons may lie in another wallet. */
const MAX_ENDED = 90

/** The serials that one command brings to their end. */
export const EndedSerials = Type.Array(SerialText, {
  minItems: 1,
  maxItems: MAX_ENDED,
  uniqueItems: true,
})

/** A coupon of a series with its number. */
export interface NumberedCoupon {
  readonly serial: string
  readonly coupon: Coupon
}

/** Coupons of a series by their serials; undefined for those that are not there. */
export function couponsOf(
  series: SeriesId,
  serials: readonly string[],
  state: StateView,
): { readonly serial: string; readonly coupon: Coupon | undefined }[] {
  return serials.map((serial) => ({ serial, coupon: state.get(couponKey(series, serial)) }))
}

/** The records of coupons that come to their end; they still say what they came to. */
export function endWrites(
  series: SeriesId,
  ended: readonly NumberedCoupon[],
  transition: CouponTransition,
): RecordWrite[] {
  return ended.map(({ serial, coupon }) =>
    write(couponKey(series, serial), afterTransition(coupon, transition)),
  )
}

/** Dr each wallet / Cr the account for coupons that ended so. */
export function endPostings(
  asset: SeriesId,
  ended: readonly NumberedCoupon[],
  to: AccountPath,
): EntryContent['postings'] {
  const wallets = new Map<AccountId, CouponPart[]>()
  for (const { serial, coupon } of ended) {
    const { account, amount } = coupon
    wallets.set(account, [...(wallets.get(account) ?? []), { serial, amount }])
  }
  const debits = [...wallets].map(([account, coupons]): Posting => {
    const amount = coupons.reduce((sum, part) => sum + part.amount, 0n)
    return { account: holdingPath(account), asset, side: 'debit', amount, coupons }
  })
  const amount = debits.reduce((sum, debit) => sum + debit.amount, 0n)
  return [...debits, { account: to, asset, side: 'credit', amount }]
}
