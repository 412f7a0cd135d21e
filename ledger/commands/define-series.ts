import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { organisationOf } from '../identifiers.ts'
import { quotaPoolKey, seriesKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import {
  organisationsNamed,
  refuseContradiction,
  refuseStrangers,
  refuseUnsigned,
  seriesOf,
  SeriesTermsText,
} from '../series-terms.ts'

/** A merchant opens a series of coupons. Whoever else is to pay for them signs as well. */
export const defineSeries = defineRule({
  type: 'DefineSeries',
  body: SeriesTermsText,
  subjects: ({ series }) => [seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [quotaPoolKey(body.series), ...organisationsNamed(body)],
  decide(command, state, context) {
    const { body } = command
    const { series } = body
    const unknown = refuseStrangers(body, state)
    if (unknown !== undefined) return unknown
    if (state.get(seriesKey(series)) !== undefined) {
      return refuse('ASSET_EXISTS', { asset: series })
    }
    const unsigned = refuseUnsigned(body, context)
    if (unsigned !== undefined) return unsigned
    if (!actsAs(command, context, organisationOf(series), 'issuer')) return refuse('NOT_AUTHORISED')
    const wrong = refuseContradiction(body, context.ledger.cycle.date)
    if (wrong !== undefined) return wrong

    // From here it must succeed.
    return accept([
      write(seriesKey(series), seriesOf(body)),
      write(quotaPoolKey(series), { left: BigInt(body.budget) }),
    ])
  },
})
