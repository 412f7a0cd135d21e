import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { issueKeys, issueWithin } from '../coupon-issue.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, organisationOf, SerialText, SeriesIdText } from '../identifiers.ts'
import { accountKey, quotaLaneKey, seriesKey } from '../keys.ts'
import { MAX_POSTED_COUPONS } from '../posting.ts'
import { accept, defineRule } from '../rule.ts'

/** A merchant puts coupons of its series into a wallet, within the budget of the series. */
export const issueCoupons = defineRule({
  type: 'IssueCoupons',
  body: Type.Object(
    {
      series: SeriesIdText,
      to: AccountIdText,
      coupons: Type.Array(Type.Object({ serial: SerialText }, { additionalProperties: false }), {
        minItems: 1,
        maxItems: MAX_POSTED_COUPONS,
        uniqueItems: true,
      }),
    },
    { additionalProperties: false },
  ),
  subjects: ({ series }) => [seriesKey(series)],
  home: ({ series }) => organisationOf(series),
  debits: () => [],
  reads: ({ body: { series, to, coupons } }, { lane }) => [
    accountKey(to),
    quotaLaneKey(series, organisationOf(series), lane),
    ...issueKeys(
      series,
      to,
      coupons.map(({ serial }) => serial),
    ),
  ],
  decide(command, state, context) {
    const { series: id, to, coupons } = command.body
    const issuer = organisationOf(id)
    // First of all: under another organisation nothing may be refused for good, since the lane is
    // the issuer's.
    if (context.caller.organisation !== issuer) return refuse('ISSUER_MUST_SUBMIT', { issuer })
    const series = state.get(seriesKey(id))
    if (series === undefined) return refuse('ASSET_UNKNOWN', { asset: id })
    if (state.get(accountKey(to)) === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
    if (!actsAs(command, context, issuer, 'issuer')) return refuse('NOT_AUTHORISED')
    const issue = { series, to, serials: coupons.map(({ serial }) => serial) }
    const bound = { bound: id, exhausted: 'BUDGET_EXHAUSTED' } as const
    const issued = issueWithin(issue, bound, state, context)
    return issued.ok ? accept(issued.writes, issued.entry) : issued
  },
})
