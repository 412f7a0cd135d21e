import type { Static } from 'typebox'
import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import type { BusinessDate } from '../business-date.ts'
import { BusinessDateText } from '../business-date.ts'
import type { CouponSeries } from '../coupon-series.ts'
import { amountOfOne } from '../coupon-series.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { ContractIdText, organisationOf, SeriesIdText } from '../identifiers.ts'
import { quotaPoolKey, rushKey, seriesKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    rush: ContractIdText,
    series: SeriesIdText,
    total: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
    perMember: Type.Integer({ minimum: 1, maximum: 1_000 }),
    from: BusinessDateText,
    until: BusinessDateText,
  },
  { additionalProperties: false },
)

/**
 * A merchant opens a rush for coupons of its series. What it can come to is set aside from the budget
 * of the series as a bound of its own, so that both bounds hold whoever claims what first.
 */
export const openRush = defineRule({
  type: 'OpenRush',
  body: Body,
  subjects: ({ rush, series }) => [rushKey(rush), seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [quotaPoolKey(body.series), quotaPoolKey(body.rush)],
  decide(command, state, context) {
    const { body } = command
    const { rush, total, perMember, from, until } = body
    const series = state.get(seriesKey(body.series))
    if (series === undefined) return refuse('ASSET_UNKNOWN', { asset: body.series })
    if (state.get(rushKey(rush)) !== undefined) {
      return refuse('CONTRACT_EXISTS', { kind: 'rush', id: rush })
    }
    const isOwn = organisationOf(rush) === series.issuer
    if (!isOwn || !actsAs(command, context, series.issuer, 'issuer'))
      return refuse('NOT_AUTHORISED')
    const refusal = refuseTerms(body, series, context.ledger.cycle.date)
    if (refusal !== undefined) return refusal
    const setAside = amountOfOne(series) * BigInt(total)
    const pool = state.get(quotaPoolKey(series.id))?.left ?? 0n
    if (pool < setAside) {
      return refuse('BUDGET_EXHAUSTED', { asset: series.id, needed: String(setAside) })
    }

    // From here it must succeed.
    return accept([
      write(rushKey(rush), {
        status: 'open',
        parties: [series.issuer],
        dueOn: until,
        keeps: [],
        series: series.id,
        total,
        perMember,
        from,
      }),
      write(quotaPoolKey(series.id), { left: pool - setAside }),
      write(quotaPoolKey(rush), { left: setAside }),
    ])
  },
})

function refuseTerms(
  { from, until }: Static<typeof Body>,
  { id, stopped, validity }: CouponSeries,
  today: BusinessDate,
): Refusal | undefined {
  if (stopped) return refuse('SERIES_STOPPED', { series: id })
  if (until < today || until < from) return refuse('LAST_DAY_PAST', { until })
  if (validity.kind === 'window' && validity.until < until) {
    return refuse('SERIES_OVER', { series: id, until: validity.until })
  }
  return undefined
}
