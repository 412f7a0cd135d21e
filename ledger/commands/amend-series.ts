import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import type { CanonicalValue } from '../canonical.ts'
import { canonicalJson } from '../canonical.ts'
import type { Blackout, CouponSeries } from '../coupon-series.ts'
import { refuse } from '../errors.ts'
import { organisationOf } from '../identifiers.ts'
import { quotaPoolKey, seriesKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import {
  organisationsNamed,
  refuseContradiction,
  refuseStrangers,
  refuseUnsigned,
  SERIES_FIELDS,
  seriesOf,
} from '../series-terms.ts'

/**
 * Changes a series to the terms given, all of them. At any time its name, the kill switch, acceptors
 * that are added and blackout days that are lifted; the rest only as long as nothing was drawn from
 * its budget, and the budget only downwards: quota lanes rely on a pool that never gains.
 */
export const amendSeries = defineRule({
  type: 'AmendSeries',
  body: Type.Object(
    {
      ...SERIES_FIELDS,
      stopped: Type.Boolean({
        description: 'nothing of the series is issued or redeemed while it is true',
      }),
    },
    { additionalProperties: false },
  ),
  subjects: ({ series }) => [seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [quotaPoolKey(body.series), ...organisationsNamed(body)],
  decide(command, state, context) {
    const { stopped, ...terms } = command.body
    const unknown = refuseStrangers(terms, state)
    if (unknown !== undefined) return unknown
    const series = state.get(seriesKey(terms.series))
    if (series === undefined) return refuse('ASSET_UNKNOWN', { asset: terms.series })
    const issuer = organisationOf(terms.series)
    if (!actsAs(command, context, issuer, 'issuer')) return refuse('NOT_AUTHORISED')
    const amended: CouponSeries = { ...seriesOf(terms), stopped }
    const poolKey = quotaPoolKey(series.id)
    const isDrawn = state.get(poolKey)?.left !== series.budget
    const [changed] = termsChanged(series, amended)
    const frozen = isDrawn || amended.budget > series.budget ? changed : undefined
    if (frozen !== undefined) return refuse('SERIES_FROZEN', { series: series.id, field: frozen })
    if (changed === undefined) return accept([write(seriesKey(series.id), amended)])
    const wrong =
      refuseUnsigned(terms, context) ?? refuseContradiction(terms, context.ledger.cycle.date)
    if (wrong !== undefined) return wrong

    // From here it must succeed.
    return accept([write(seriesKey(series.id), amended), write(poolKey, { left: amended.budget })])
  },
})

/** Terms on which those rely who have coupons of the series or pay for them, and that differ. */
function termsChanged(series: CouponSeries, amended: CouponSeries): string[] {
  const { name: _name, stopped: _stopped, ...terms } = series
  return Object.keys(terms).filter((field) => {
    if (field === 'acceptors') return !includesAll(amended.acceptors, series.acceptors)
    if (field === 'blackouts') return !includesAll(days(series), days(amended))
    const key = field as keyof CouponSeries
    return textOf(series[key]) !== textOf(amended[key])
  })
}

function includesAll(all: readonly string[], some: readonly string[]): boolean {
  return some.every((one) => all.includes(one))
}

function days({ blackouts }: CouponSeries): string[] {
  return blackouts.map(({ from, until }: Blackout) => `${from} ${until}`)
}

function textOf(value: CouponSeries[keyof CouponSeries]): string {
  return canonicalJson(value as unknown as CanonicalValue)
}
