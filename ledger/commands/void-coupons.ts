import { Type } from 'typebox'
import { staffSigners } from '../authority.ts'
import { couponsOf, EndedSerials, endPostings, endWrites } from '../coupon-end.ts'
import type { NumberedCoupon } from '../coupon-end.ts'
import { checkTransition } from '../coupon-life.ts'
import { refuse } from '../errors.ts'
import { organisationOf, SeriesIdText } from '../identifiers.ts'
import { couponKey, seriesKey } from '../keys.ts'
import { VOID } from '../posting.ts'
import { accept, defineRule } from '../rule.ts'

/** Two of the issuer's finance staff make coupons void that lie in wallets: all named, or none. */
export const voidCoupons = defineRule({
  type: 'VoidCoupons',
  body: Type.Object(
    {
      series: SeriesIdText,
      serials: EndedSerials,
      reason: Type.String({ minLength: 1, maxLength: 140 }),
    },
    { additionalProperties: false },
  ),
  subjects: ({ series }) => [seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { series, serials } }) => serials.map((serial) => couponKey(series, serial)),
  decide(command, state, context) {
    const { series, serials, reason } = command.body
    if (state.get(seriesKey(series)) === undefined) {
      return refuse('ASSET_UNKNOWN', { asset: series })
    }
    const named: NumberedCoupon[] = []
    for (const { serial, coupon } of couponsOf(series, serials, state)) {
      if (coupon === undefined) return refuse('COUPON_UNKNOWN', { series, serial })
      named.push({ serial, coupon })
    }
    if (staffSigners(context, organisationOf(series), 'finance').length < 2) {
      return refuse('APPROVALS_MISSING')
    }
    for (const { serial, coupon } of named) {
      const refusal = checkTransition(coupon, 'void', { series, serial })
      if (refusal !== undefined) return refusal
    }

    // From here it must succeed.
    const postings = endPostings(series, named, VOID)
    return accept(endWrites(series, named, 'void'), { postings, references: { reason } })
  },
})
