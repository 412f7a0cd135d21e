import { Type } from 'typebox'
import { couponsOf, EndedSerials, endPostings, endWrites } from '../coupon-end.ts'
import type { NumberedCoupon } from '../coupon-end.ts'
import { refuse } from '../errors.ts'
import { SeriesIdText } from '../identifiers.ts'
import { couponKey, seriesKey } from '../keys.ts'
import { EXPIRED } from '../posting.ts'
import { accept, defineRule } from '../rule.ts'

/**
 * Books out those of the named coupons that lie in a wallet past their date. Merely due, so anyone
 * may do it, and what is not due is left as it is.
 */
export const expireCoupons = defineRule({
  type: 'ExpireCoupons',
  body: Type.Object(
    { series: SeriesIdText, serials: EndedSerials },
    { additionalProperties: false },
  ),
  subjects: ({ series }) => [seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { series, serials } }) => serials.map((serial) => couponKey(series, serial)),
  decide(command, state, context) {
    const { series, serials } = command.body
    const today = context.ledger.cycle.date
    if (state.get(seriesKey(series)) === undefined) {
      return refuse('ASSET_UNKNOWN', { asset: series })
    }
    const due = couponsOf(series, serials, state).flatMap(({ serial, coupon }): NumberedCoupon[] =>
      coupon?.state === 'held' && coupon.expires < today ? [{ serial, coupon }] : [],
    )
    if (due.length === 0) return refuse('NOTHING_TO_EXPIRE')

    // From here it must succeed.
    const postings = endPostings(series, due, EXPIRED)
    return accept(endWrites(series, due, 'expire'), { postings, references: {} })
  },
})
