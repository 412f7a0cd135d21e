import type { Static } from 'typebox'
import { Type } from 'typebox'
import { parseRational, PositiveAmount, RationalText } from '../amount.ts'
import { staffSigners } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { OrganisationId } from '../identifiers.ts'
import {
  ContractIdText,
  OrganisationIdText,
  organisationOf,
  PointsAssetIdText,
} from '../identifiers.ts'
import { organisationKey, programmeKey, rateKey } from '../keys.ts'
import type { ExchangeRate } from '../rate.ts'
import { issuersOfRate } from '../rate.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Terms = Type.Object(
  {
    rate: ContractIdText,
    from: PointsAssetIdText,
    to: PointsAssetIdText,
    toPerFrom: RationalText,
    pricePerPoint: RationalText,
    spread: Type.Optional(
      Type.Object(
        { party: OrganisationIdText, pricePerPoint: RationalText },
        { additionalProperties: false },
      ),
    ),
    validFrom: BusinessDateText,
    validUntil: BusinessDateText,
    capPerDay: PositiveAmount,
    capPerMemberDay: PositiveAmount,
    chainable: Type.Boolean(),
  },
  { additionalProperties: false },
)

type Body = Static<typeof Terms>

/** The issuers of two kinds of points agree at what rate one is exchanged for the other. Both sign. */
export const defineRate = defineRule({
  type: 'DefineRate',
  body: Terms,
  subjects: ({ rate, from, to }) => [rateKey(rate), programmeKey(from), programmeKey(to)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { spread } }) => (spread === undefined ? [] : [organisationKey(spread.party)]),
  decide(command, state, context) {
    const { body } = command
    const refusal = checkExistence(body, state) ?? checkAuthority(command, context)
    if (refusal !== undefined) return refusal
    if (body.from === body.to) return refuse('ASSET_TWICE', { asset: body.to })
    if (body.validFrom > body.validUntil) return refuse('DATES_REVERSED')
    const today = context.ledger.cycle.date
    if (body.validUntil < today) return refuse('LAST_DAY_PAST', { lastDay: body.validUntil })

    // From here it must succeed.
    return accept([write(rateKey(body.rate), rateOf(body))])
  },
})

function checkExistence({ rate, from, to, spread }: Body, state: StateView): Refusal | undefined {
  const party = spread?.party
  if (party !== undefined && state.get(organisationKey(party)) === undefined) {
    return refuse('ORGANISATION_UNKNOWN', { id: party })
  }
  const unknown = [from, to].find((asset) => state.get(programmeKey(asset)) === undefined)
  if (unknown !== undefined) return refuse('ASSET_UNKNOWN', { asset: unknown })
  if (state.get(rateKey(rate)) === undefined) return undefined
  return refuse('CONTRACT_EXISTS', { kind: 'rate', id: rate })
}

/** Staff of both issuers, and one of them keeps the rate under a name of its own. */
function checkAuthority(command: Command<Body>, context: DecisionContext): Refusal | undefined {
  const issuers = issuersOfRate(command.body)
  const missing = issuers.find((issuer) => agreeing(issuer, context).length === 0)
  if (missing !== undefined) return refuse('APPROVALS_MISSING', { organisation: missing })
  const isAgent = issuers.some((issuer) => agreeing(issuer, context).includes(command.actor))
  if (!isAgent) return refuse('NOT_AUTHORISED')
  if (issuers.includes(organisationOf(command.body.rate))) return undefined
  return refuse('CONTRACT_ELSEWHERE', { issuers: issuers.join(' ') })
}

function agreeing(issuer: OrganisationId, context: DecisionContext): string[] {
  return (['issuer', 'finance'] as const).flatMap((role) =>
    staffSigners(context, issuer, role).map(({ actor }) => actor.id),
  )
}

function rateOf({ rate: _id, toPerFrom, spread, ...terms }: Body): ExchangeRate {
  const parties = [...issuersOfRate(terms), ...(spread === undefined ? [] : [spread.party])]
  return {
    ...terms,
    status: 'open',
    parties: [...new Set(parties)],
    dueOn: terms.validUntil,
    keeps: [],
    rate: parseRational(toPerFrom),
    pricePerPoint: parseRational(terms.pricePerPoint),
    ...(spread !== undefined && {
      spread: { party: spread.party, pricePerPoint: parseRational(spread.pricePerPoint) },
    }),
    capPerDay: BigInt(terms.capPerDay),
    capPerMemberDay: BigInt(terms.capPerMemberDay),
  }
}
