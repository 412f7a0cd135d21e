import type { Static } from 'typebox'
import { Type } from 'typebox'
import {
  basketCoupons,
  basketDebits,
  BasketText,
  basketTerms,
  movePostings,
  takeBasket,
} from '../basket.ts'
import { canonicalJson } from '../canonical.ts'
import { isPastDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, ContractIdText } from '../identifiers.ts'
import { accountKey, requestKey } from '../keys.ts'
import type { PaymentRequest } from '../payment-request.ts'
import { holdingPath } from '../posting.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  { request: ContractIdText, from: AccountIdText, to: AccountIdText, pays: BasketText },
  { additionalProperties: false },
)

/** Who was asked pays, and signs what and to whom, exactly as it was asked for. */
export const payRequest = defineRule({
  type: 'PayRequest',
  body: Body,
  subjects: ({ request, pays }) => [requestKey(request), ...basketTerms(pays)],
  home: () => undefined,
  debits: ({ from, pays }) => basketDebits(from, pays),
  payer: ({ from }) => from,
  reads: ({ body: { from, pays } }) => [accountKey(from), ...basketCoupons(pays)],
  decide(command, state, context) {
    const { request: id, from, to, pays } = command.body
    const request = state.get(requestKey(id))
    if (request === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const account = state.get(accountKey(from))
    if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (account.owner !== command.actor) return refuse('NOT_AUTHORISED')
    const refusal = checkPayment(command.body, request, context)
    if (refusal !== undefined) return refusal
    const source = { account, use: 'transfer', change: { account: to } } as const
    const taken = takeBasket(pays, source, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const { note } = request
    return accept([write(requestKey(id), { ...request, status: 'paid' }), ...taken.writes], {
      postings: movePostings(taken.content, holdingPath(from), holdingPath(to)),
      references: { request: id, ...(note !== undefined && { note }) },
    })
  },
})

function checkPayment(
  { request: id, from, to, pays }: Static<typeof Body>,
  request: PaymentRequest,
  context: DecisionContext,
): Refusal | undefined {
  const { status } = request
  if (status !== 'open') return refuse('REQUEST_CLOSED', { id, status })
  if (isPastDate(request, context.ledger.cycle.date)) return refuse('CONTRACT_PAST_DATE', { id })
  if (from !== request.from) return refuse('REQUEST_DIFFERS', { id, in: 'from' })
  if (to !== request.to) return refuse('REQUEST_DIFFERS', { id, in: 'to' })
  if (canonicalJson(pays) === canonicalJson(request.asks)) return undefined
  return refuse('REQUEST_DIFFERS', { id, in: 'pays' })
}
