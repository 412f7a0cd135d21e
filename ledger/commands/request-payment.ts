import type { Static } from 'typebox'
import { Type } from 'typebox'
import { BasketText, basketTerms, checkTerms } from '../basket.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, requestKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    request: ContractIdText,
    to: AccountIdText,
    from: AccountIdText,
    asks: BasketText,
    note: Type.Optional(
      Type.String({ maxLength: 140, description: 'seen by all organisations, kept for ever' }),
    ),
    until: BusinessDateText,
  },
  { additionalProperties: false },
)

/** A member asks another for points or coupons. It is for the other to pay or to decline. */
export const requestPayment = defineRule({
  type: 'RequestPayment',
  body: Body,
  subjects: ({ request, asks }) => [requestKey(request), ...basketTerms(asks)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { to, from } }) => [accountKey(to), accountKey(from)],
  decide(command, state, context) {
    const { request: id, until, ...terms } = command.body
    const payee = state.get(accountKey(terms.to))
    if (payee === undefined) return refuse('ACCOUNT_UNKNOWN', { id: terms.to })
    const payer = state.get(accountKey(terms.from))
    if (payer === undefined) return refuse('ACCOUNT_UNKNOWN', { id: terms.from })
    if (payee.owner !== command.actor) return refuse('NOT_AUTHORISED')
    const refusal = checkRequest(command, state, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    return accept([
      write(requestKey(id), {
        ...terms,
        status: 'open',
        parties: [terms.to, terms.from],
        dueOn: until,
        keeps: [],
        payee: payee.owner,
        payer: payer.owner,
      }),
    ])
  },
})

function checkRequest(
  { body: { request: id, to, from, asks, until } }: Command<Static<typeof Body>>,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  if (from === to) return refuse('SAME_ACCOUNT')
  if (organisationOf(id) !== organisationOf(to)) {
    return refuse('CONTRACT_ELSEWHERE', { home: organisationOf(to) })
  }
  if (state.get(requestKey(id)) !== undefined) return refuse('CONTRACT_EXISTS', { id })
  if (until < context.ledger.cycle.date) return refuse('LAST_DAY_PAST', { until })
  return checkTerms(asks, 'transfer', state)
}
