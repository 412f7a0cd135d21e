import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, offerKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/** The member who made an offer takes it back, with what was offered. */
export const cancelOffer = defineRule({
  type: 'CancelOffer',
  body: Type.Object({ offer: ContractIdText }, { additionalProperties: false }),
  subjects: ({ offer }) => [offerKey(offer)],
  home: ({ offer }) => organisationOf(offer),
  debits: () => [],
  reads({ body }, _context, subject) {
    const offer = subject(offerKey(body.offer))
    return offer === undefined ? [] : [accountKey(offer.from), ...keptCoupons(offer)]
  },
  decide(command, state) {
    const { offer: id } = command.body
    const offer = state.get(offerKey(id))
    if (offer === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (state.get(accountKey(offer.from))?.owner !== command.actor) return refuse('NOT_AUTHORISED')
    if (offer.status !== 'open') return refuse('OFFER_CLOSED', { status: offer.status })

    // From here it must succeed.
    const { postings, writes } = release(offer.keeps, { kind: 'offer', id }, offer.from, state)
    const after = write(offerKey(id), { ...offer, status: 'cancelled', keeps: [] })
    return accept([after, ...writes], { postings, references: { offer: id } })
  },
})
