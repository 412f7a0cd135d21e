import type { Static } from 'typebox'
import { Type } from 'typebox'
import {
  basketCoupons,
  basketDebits,
  BasketText,
  basketTerms,
  checkTerms,
  contentExpires,
  movePostings,
  takeBasket,
} from '../basket.ts'
import type { BasketContent } from '../basket-content.ts'
import type { StateView } from '../batch-state.ts'
import { BusinessDateText } from '../business-date.ts'
import type { Command } from '../command.ts'
import { earlierDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, offerKey } from '../keys.ts'
import type { Offer } from '../offer.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    offer: ContractIdText,
    from: AccountIdText,
    gives: BasketText,
    wants: BasketText,
    to: Type.Optional(AccountIdText),
    until: BusinessDateText,
  },
  { additionalProperties: false },
)

/**
 * A member offers one basket for another, to anybody or to one account. What is offered is put
 * aside, so that whoever accepts gets it. It is open until `until`, or until the first of it expires.
 */
export const openOffer = defineRule({
  type: 'OpenOffer',
  body: Body,
  subjects: ({ offer, gives, wants }) => [
    offerKey(offer),
    ...basketTerms(gives),
    ...basketTerms(wants),
  ],
  home: () => undefined,
  debits: ({ from, gives }) => basketDebits(from, gives),
  payer: ({ from }) => from,
  reads: ({ body: { from, to, gives } }) => [
    accountKey(from),
    ...(to === undefined ? [] : [accountKey(to)]),
    ...basketCoupons(gives),
  ],
  decide(command, state, context) {
    const { offer, from, gives } = command.body
    const account = state.get(accountKey(from))
    if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    const refusal = checkOffer(command, account.owner, state, context)
    if (refusal !== undefined) return refusal
    const source = { account, use: 'offer', change: { keptBy: offerKey(offer).name } } as const
    const taken = takeBasket(gives, source, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const { content, writes } = taken
    return accept([write(offerKey(offer), offerOf(command.body, content, state)), ...writes], {
      postings: movePostings(content, holdingPath(from), escrowPath('offer', offer)),
      references: { offer },
    })
  },
})

function checkOffer(
  { body, actor }: Command<Static<typeof Body>>,
  owner: string,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { offer, from, to, wants, until } = body
  if (to !== undefined && state.get(accountKey(to)) === undefined) {
    return refuse('ACCOUNT_UNKNOWN', { id: to })
  }
  if (owner !== actor) return refuse('NOT_AUTHORISED')
  if (from === to) return refuse('SAME_ACCOUNT')
  if (organisationOf(offer) !== organisationOf(from)) {
    return refuse('CONTRACT_ELSEWHERE', { home: organisationOf(from) })
  }
  if (state.get(offerKey(offer)) !== undefined) return refuse('CONTRACT_EXISTS', { id: offer })
  if (until < context.ledger.cycle.date) return refuse('LAST_DAY_PAST', { until })
  return checkTerms(wants, 'transfer', state)
}

function offerOf(
  { offer: _offer, until, ...terms }: Static<typeof Body>,
  content: BasketContent,
  state: StateView,
): Offer {
  return {
    ...terms,
    status: 'open',
    parties: terms.to === undefined ? [terms.from] : [terms.from, terms.to],
    dueOn: earlierDate(until, contentExpires(content, state)),
    keeps: [content],
  }
}
