import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Agreement, AgreementLine, AgreementTerms, Signatory } from '../agreement.ts'
import { AgreementTermsText, isMoving, nameOf } from '../agreement.ts'
import { actsAs } from '../authority.ts'
import type { StateView } from '../batch-state.ts'
import type { BusinessDate } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { AccountId, OrganisationId } from '../identifiers.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { accountKey, agreementKey, organisationKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  { agreement: ContractIdText, terms: AgreementTermsText },
  { additionalProperties: false },
)

type Body = Static<typeof Body>

/** A party puts down what several are to agree on. Nobody has signed by that, not he himself either. */
export const draftAgreement = defineRule({
  type: 'DraftAgreement',
  body: Body,
  subjects: ({ agreement, terms: { after } }) => [
    agreementKey(agreement),
    ...(after === undefined ? [] : [agreementKey(after)]),
  ],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { terms } }) => [
    ...accountsIn(terms).map((id): Key<unknown> => accountKey(id)),
    ...organisationsIn(terms).map((id) => organisationKey(id)),
  ],
  decide(command, state, context) {
    const { agreement: id, terms } = command.body
    const unknown = refuseUnknown(command.body, state)
    if (unknown !== undefined) return unknown
    const agreement = agreementOf(terms, state)
    const refusal =
      refuseStranger(command, agreement, context) ??
      refuseLines(terms.lines) ??
      refuseDates(terms, context.ledger.cycle.date)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    return accept([write(agreementKey(id), agreement)])
  },
})

function accountsIn({ lines }: AgreementTerms): AccountId[] {
  return [...new Set(lines.filter(isMoving).flatMap(({ from, to }) => [from, to]))]
}

function organisationsIn({ lines }: AgreementTerms): OrganisationId[] {
  const named = lines.flatMap((line) => (isMoving(line) ? [] : [line.debtor, line.creditor]))
  return [...new Set(named)]
}

function refuseUnknown({ agreement, terms }: Body, state: StateView): Refusal | undefined {
  const account = accountsIn(terms).find((id) => state.get(accountKey(id)) === undefined)
  if (account !== undefined) return refuse('ACCOUNT_UNKNOWN', { id: account })
  const organisation = organisationsIn(terms).find(
    (id) => state.get(organisationKey(id)) === undefined,
  )
  if (organisation !== undefined) return refuse('ORGANISATION_UNKNOWN', { id: organisation })
  const { after } = terms
  if (after !== undefined && state.get(agreementKey(after)) === undefined) {
    return refuse('CONTRACT_UNKNOWN', { id: after })
  }
  if (state.get(agreementKey(agreement)) === undefined) return undefined
  return refuse('CONTRACT_EXISTS', { id: agreement })
}

function agreementOf(terms: AgreementTerms, state: StateView): Agreement {
  const [accounts, organisations] = [accountsIn(terms), organisationsIn(terms)]
  const owners = accounts.flatMap((id) => state.get(accountKey(id))?.owner ?? [])
  const signatories = terms.lines.map((line): Signatory => {
    if (!isMoving(line)) return { organisation: line.debtor }
    return { account: line.from, owner: state.get(accountKey(line.from))?.owner ?? '' }
  })
  return {
    status: 'open',
    parties: [...new Set([...accounts, ...owners, ...organisations])],
    people: [...new Set(owners)],
    dueOn: terms.notAfter,
    keeps: [],
    terms,
    signatories: [...new Map(signatories.map((one) => [nameOf(one), one])).values()],
    signed: [],
    oracleSigned: false,
  }
}

function refuseStranger(
  command: Command<Body>,
  { people }: Agreement,
  context: DecisionContext,
): Refusal | undefined {
  const { actor, body } = command
  const isFinance = organisationsIn(body.terms).some((organisation) =>
    actsAs(command, context, organisation, 'finance'),
  )
  if (!isFinance && !people.includes(actor)) return refuse('NOT_AUTHORISED')
  if (organisationOf(body.agreement) === organisationOf(actor)) return undefined
  return refuse('CONTRACT_ELSEWHERE', { home: organisationOf(actor) })
}

/** Lines that lead back to where they start, and coupons that would move twice. */
function refuseLines(lines: readonly AgreementLine[]): Refusal | undefined {
  const still = lines.findIndex((line) =>
    isMoving(line) ? line.from === line.to : line.debtor === line.creditor,
  )
  if (still !== -1) return refuse('SAME_ACCOUNT', { line: String(still) })
  const coupons = lines.flatMap((line) =>
    line.kind === 'coupon' ? [`${line.series}/${line.serial}`] : [],
  )
  const twice = coupons.find((name, at) => coupons.indexOf(name) !== at)
  return twice === undefined ? undefined : refuse('ASSET_TWICE', { coupon: twice })
}

function refuseDates(
  { notBefore, notAfter }: AgreementTerms,
  today: BusinessDate,
): Refusal | undefined {
  if (notBefore !== undefined && notBefore > notAfter) return refuse('DATES_REVERSED')
  return notAfter < today ? refuse('LAST_DAY_PAST', { notAfter }) : undefined
}
