import { Type } from 'typebox'
import { parseRational, PositiveAmount, RationalText } from '../amount.ts'
import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { OrganisationIdText, organisationOf, PointsAssetIdText } from '../identifiers.ts'
import { organisationKey, programmeKey, quotaPoolKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Months until expiry are bounded, and so are the lots of a holding: 50 that can be spent, one a
 * month end, and at most 62 pending, beside expired ones that nobody has booked out yet.
 */
const MAX_EXPIRY_MONTHS = 48

const Organisations = Type.Array(OrganisationIdText, { uniqueItems: true, maxItems: 100 })

function namedOrganisations(body: {
  readonly asset: string
  readonly acceptors: readonly string[]
  readonly partners: readonly string[]
}): string[] {
  return [...new Set([organisationOf(body.asset), ...body.acceptors, ...body.partners])]
}

/** An issuer opens a points programme. Its terms are then fixed. */
export const definePoints = defineRule({
  type: 'DefinePoints',
  body: Type.Object(
    {
      asset: PointsAssetIdText,
      name: Type.String({ minLength: 1, maxLength: 80 }),
      pointsPerYuan: RationalText,
      pricePerPoint: RationalText,
      expiresAfterMonths: Type.Union([
        Type.Integer({ minimum: 0, maximum: MAX_EXPIRY_MONTHS }),
        Type.Null(),
      ]),
      transferable: Type.Boolean(),
      budget: PositiveAmount,
      acceptors: Organisations,
      partners: Organisations,
      returns: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('owed')], {
          description: 'whether points that are due back with goods, and spent, are owed',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [programmeKey(asset)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => [quotaPoolKey(body.asset), ...namedOrganisations(body).map(organisationKey)],
  decide(command, state, context) {
    const { body } = command
    const issuer = organisationOf(body.asset)
    const unknown = namedOrganisations(body).find(
      (id) => state.get(organisationKey(id)) === undefined,
    )
    if (unknown !== undefined) return refuse('ORGANISATION_UNKNOWN', { id: unknown })
    if (state.get(programmeKey(body.asset)) !== undefined) {
      return refuse('ASSET_EXISTS', { asset: body.asset })
    }
    if (!actsAs(command, context, issuer, 'issuer')) return refuse('NOT_AUTHORISED')
    const budget = BigInt(body.budget)
    const { asset: id, ...terms } = body
    return accept([
      write(programmeKey(id), {
        ...terms,
        id,
        issuer,
        budget,
        pointsPerYuan: parseRational(body.pointsPerYuan),
        pricePerPoint: parseRational(body.pricePerPoint),
      }),
      write(quotaPoolKey(id), { left: budget }),
    ])
  },
})
