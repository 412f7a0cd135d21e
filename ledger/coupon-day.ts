import type { BusinessDate } from './business-date.ts'
import type { StateView } from './batch-state.ts'
import type { CouponSeries } from './coupon-series.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import { couponDayKey, seriesKey } from './keys.ts'
import type { RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** How many coupons of a series an account has used today; 0 where nobody counts. */
export function daysUsed(
  { id, perMemberDay }: CouponSeries,
  account: AccountId,
  today: BusinessDate,
  state: StateView,
): number {
  const day = perMemberDay === null ? undefined : state.get(couponDayKey(id, account))
  return day?.date === today ? day.count : 0
}

/** The counts after coupons were used on a date, or given back. Of a day that is over none is kept. */
export function dayWrites(
  coupons: readonly { readonly series: SeriesId }[],
  use: { readonly account: AccountId; readonly today: BusinessDate; readonly change: 1 | -1 },
  state: StateView,
): RecordWrite[] {
  const { account, today, change } = use
  return [...new Set(coupons.map(({ series }) => series))].flatMap((series) => {
    const terms = state.get(seriesKey(series))
    if (terms === undefined || terms.perMemberDay === null) return []
    const times = coupons.filter((coupon) => coupon.series === series).length
    const key = couponDayKey(series, account)
    const before = daysUsed(terms, account, today, state)
    const isOver = change === -1 && state.get(key)?.date !== today
    return isOver ? [] : [write(key, { date: today, count: before + change * times })]
  })
}
