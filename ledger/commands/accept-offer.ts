import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { Basket } from '../basket.ts'
import {
  basketCoupons,
  basketDebits,
  BasketText,
  basketTerms,
  movePostings,
  takeBasket,
} from '../basket.ts'
import { canonicalJson } from '../canonical.ts'
import type { Command } from '../command.ts'
import { isPastDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { AccountIdText, ContractIdText } from '../identifiers.ts'
import { accountKey, offerKey } from '../keys.ts'
import type { Offer } from '../offer.ts'
import { holdingPath } from '../posting.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const Body = Type.Object(
  {
    offer: ContractIdText,
    from: AccountIdText,
    pays: BasketText,
    gets: BasketText,
  },
  { additionalProperties: false },
)

/**
 * A member takes an offer: both baskets change hands in one entry. The member signs what is paid and
 * what is got, exactly as the offer says it.
 */
export const acceptOffer = defineRule({
  type: 'AcceptOffer',
  body: Body,
  subjects: ({ offer, pays }) => [offerKey(offer), ...basketTerms(pays)],
  home: () => undefined,
  debits: ({ from, pays }) => basketDebits(from, pays),
  payer: ({ from }) => from,
  reads: ({ body: { offer, from, pays } }, _context, subject) => [
    accountKey(from),
    ...basketCoupons(pays),
    ...keptCoupons(subject(offerKey(offer))),
  ],
  decide(command, state, context) {
    const { offer: id, from, pays } = command.body
    const offer = state.get(offerKey(id))
    if (offer === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const account = state.get(accountKey(from))
    if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (account.owner !== command.actor) return refuse('NOT_AUTHORISED')
    const refusal = checkAcceptance(command, offer, context)
    if (refusal !== undefined) return refusal
    const source = { account, use: 'transfer', change: { account: offer.from } } as const
    const taken = takeBasket(pays, source, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const given = release(offer.keeps, { kind: 'offer', id }, from, state)
    const after = write(offerKey(id), accepted(offer, from))
    return accept([after, ...taken.writes, ...given.writes], {
      postings: [
        ...movePostings(taken.content, holdingPath(from), holdingPath(offer.from)),
        ...given.postings,
      ],
      references: { offer: id },
    })
  },
})

function checkAcceptance(
  { body: { offer: id, from, pays, gets } }: Command<Static<typeof Body>>,
  offer: Offer,
  context: DecisionContext,
): Refusal | undefined {
  if (offer.to !== undefined && offer.to !== from) return refuse('NOT_ADDRESSEE')
  if (offer.from === from) return refuse('SAME_ACCOUNT')
  if (offer.status !== 'open') return refuse('OFFER_CLOSED', { status: offer.status })
  if (isPastDate(offer, context.ledger.cycle.date)) return refuse('CONTRACT_PAST_DATE', { id })
  if (!isSame(pays, offer.wants)) return refuse('OFFER_DIFFERS', { in: 'pays' })
  return isSame(gets, offer.gives) ? undefined : refuse('OFFER_DIFFERS', { in: 'gets' })
}

function isSame(one: Basket, other: Basket): boolean {
  return canonicalJson(one) === canonicalJson(other)
}

function accepted(offer: Offer, from: string): Offer {
  const parties = offer.parties.includes(from) ? offer.parties : [...offer.parties, from]
  return { ...offer, status: 'accepted', acceptedBy: from, parties, keeps: [] }
}
