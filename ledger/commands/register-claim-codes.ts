import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { organisationOf, SeriesIdText } from '../identifiers.ts'
import { claimCodeKey, seriesKey } from '../keys.ts'
import { keyIdOf, PublicKeyText } from '../public-key.ts'
import { accept, defineRule, write } from '../rule.ts'

/** A merchant hands out codes on paper, each good for one coupon: their public keys come here. */
export const registerClaimCodes = defineRule({
  type: 'RegisterClaimCodes',
  body: Type.Object(
    {
      series: SeriesIdText,
      codes: Type.Array(PublicKeyText, { minItems: 1, maxItems: 100, uniqueItems: true }),
    },
    { additionalProperties: false },
  ),
  subjects: ({ series }) => [seriesKey(series)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { series, codes } }, { sha256 }) =>
    codes.map((code) => claimCodeKey(series, keyIdOf(code, sha256))),
  decide(command, state, context) {
    const { series, codes } = command.body
    if (state.get(seriesKey(series)) === undefined) {
      return refuse('ASSET_UNKNOWN', { asset: series })
    }
    if (!actsAs(command, context, organisationOf(series), 'issuer')) return refuse('NOT_AUTHORISED')
    const keys = codes.map((code) => claimCodeKey(series, keyIdOf(code, context.sha256)))
    const at = keys.findIndex((key) => state.get(key) !== undefined)
    if (at !== -1) return refuse('CLAIM_CODE_EXISTS', { code: codes[at] ?? '' })
    return accept(keys.map((key) => write(key, { status: 'open' as const })))
  },
})
