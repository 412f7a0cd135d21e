import type { Static } from 'typebox'
import { Type } from 'typebox'
import { parseRational, PositiveAmount, RationalText } from '../amount.ts'
import { actsAs, staffSigners } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { ContractIdText, OrganisationIdText, organisationOf } from '../identifiers.ts'
import { organisationKey, settlementKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { SettlementTerms } from '../settlement.ts'

/** As many as a multilateral settlement can put into one entry. */
const MAX_PARTIES = 50

const Days = Type.Integer({ minimum: 0, maximum: 30 })

const Fee = Type.Object(
  {
    receiver: OrganisationIdText,
    bearer: Type.Union([Type.Literal('debtor'), Type.Literal('creditor')]),
    fixedFen: Type.Optional(PositiveAmount),
    tiers: Type.Array(
      Type.Object(
        { upToFen: Type.Optional(PositiveAmount), rate: RationalText },
        { additionalProperties: false },
      ),
      { maxItems: 10 },
    ),
  },
  {
    additionalProperties: false,
    description: 'on what one of a pair owes the other in a cycle, gross',
  },
)

const Terms = Type.Object(
  {
    settlement: ContractIdText,
    netting: Type.Union([
      Type.Literal('gross'),
      Type.Literal('bilateral'),
      Type.Literal('multilateral'),
    ]),
    closeWithinDays: Days,
    payWithinDays: Days,
    graceDays: Days,
    fees: Type.Array(Fee, { maxItems: 10 }),
    accounts: Type.Array(
      Type.Object(
        {
          organisation: OrganisationIdText,
          commitment: Type.String({
            pattern: '^[0-9a-f]{64}$',
            description: 'SHA-256 of a salt and the account, which the parties tell each other',
          }),
        },
        { additionalProperties: false },
      ),
      {
        minItems: 2,
        maxItems: MAX_PARTIES,
        description: 'the parties, each with where it is paid',
      },
    ),
    validFrom: BusinessDateText,
    validUntil: BusinessDateText,
  },
  { additionalProperties: false },
)

type Body = Static<typeof Terms>

/** Organisations agree how what they owe each other is netted and paid. Finance of all of them signs. */
export const defineSettlement = defineRule({
  type: 'DefineSettlement',
  body: Terms,
  subjects: ({ settlement }) => [settlementKey(settlement)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => partiesOf(body).map((party) => organisationKey(party)),
  decide(command, state, context) {
    const { body } = command
    const refusal =
      checkExistence(body, state) ?? checkAuthority(command, context) ?? checkTerms(body, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    return accept([write(settlementKey(body.settlement), termsOf(body))])
  },
})

function partiesOf({ accounts }: Body): string[] {
  return [...new Set(accounts.map(({ organisation }) => organisation))].sort()
}

function checkExistence(body: Body, state: StateView): Refusal | undefined {
  const unknown = partiesOf(body).find((party) => state.get(organisationKey(party)) === undefined)
  if (unknown !== undefined) return refuse('ORGANISATION_UNKNOWN', { id: unknown })
  const id = body.settlement
  if (state.get(settlementKey(id)) === undefined) return undefined
  return refuse('CONTRACT_EXISTS', { kind: 'settlement', id })
}

function checkAuthority(command: Command<Body>, context: DecisionContext): Refusal | undefined {
  const parties = partiesOf(command.body)
  const missing = parties.find((party) => staffSigners(context, party, 'finance').length === 0)
  if (missing !== undefined) return refuse('APPROVALS_MISSING', { organisation: missing })
  const isParty = parties.some((party) => actsAs(command, context, party, 'finance'))
  return isParty ? undefined : refuse('NOT_AUTHORISED')
}

function checkTerms(body: Body, context: DecisionContext): Refusal | undefined {
  const parties = partiesOf(body)
  if (!parties.includes(organisationOf(body.settlement))) {
    return refuse('CONTRACT_ELSEWHERE', { parties: parties.join(' ') })
  }
  const stranger = body.fees.find(({ receiver }) => !parties.includes(receiver))
  if (stranger !== undefined) return refuse('NOT_A_PARTY', { organisation: stranger.receiver })
  const problem = problemOf(body)
  if (problem !== undefined) return refuse('SETTLEMENT_TERMS_INVALID', { problem })
  if (body.validFrom > body.validUntil) return refuse('DATES_REVERSED')
  const today = context.ledger.cycle.date
  if (body.validFrom < today) return refuse('BEGINS_IN_PAST', { businessDate: today })
  return undefined
}

/** What of the terms contradicts itself. */
function problemOf({ accounts, fees }: Body): string | undefined {
  if (new Set(accounts.map(({ organisation }) => organisation)).size < accounts.length) {
    return 'a party has two accounts'
  }
  for (const { tiers, fixedFen } of fees) {
    if (tiers.length === 0 && fixedFen === undefined) return 'a fee of nothing'
    const ends = tiers.map(({ upToFen }) => upToFen)
    if (ends.slice(0, -1).includes(undefined)) return 'a tier without an end before the last'
    if (ends.at(-1) !== undefined) return 'a last tier with an end'
    const amounts = ends.slice(0, -1).map((end) => BigInt(end ?? 0))
    if (amounts.some((end, at) => at > 0 && end <= (amounts[at - 1] ?? 0n))) {
      return 'tiers out of order'
    }
  }
  return undefined
}

function termsOf(body: Body): SettlementTerms {
  const { settlement: _id, ...terms } = body
  return {
    ...terms,
    status: 'open',
    parties: partiesOf(body),
    dueOn: body.validUntil,
    keeps: [],
    fees: body.fees.map(({ fixedFen = '0', tiers, ...fee }) => ({
      ...fee,
      fixedFen: BigInt(fixedFen),
      tiers: tiers.map(({ upToFen, rate }) => ({
        ...(upToFen !== undefined && { upToFen: BigInt(upToFen) }),
        rate: parseRational(rate),
      })),
    })),
    accounts: body.accounts.toSorted((one, other) =>
      one.organisation < other.organisation ? -1 : 1,
    ),
  }
}
