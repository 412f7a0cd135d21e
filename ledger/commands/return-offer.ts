import { Type } from 'typebox'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { offerKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * What nobody took in time goes back to who offered it, with the lots that it had. Merely due, so
 * anyone may do it.
 */
export const returnOffer = defineRule({
  type: 'ReturnOffer',
  body: Type.Object({ offer: ContractIdText }, { additionalProperties: false }),
  subjects: ({ offer }) => [offerKey(offer)],
  home: ({ offer }) => organisationOf(offer),
  debits: () => [],
  reads: ({ body }, _context, subject) => keptCoupons(subject(offerKey(body.offer))),
  decide(command, state, context) {
    const { offer: id } = command.body
    const offer = state.get(offerKey(id))
    if (offer === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (offer.status !== 'open') return refuse('OFFER_CLOSED', { status: offer.status })
    if (!isPastDate(offer, context.ledger.cycle.date)) return refuse('NOT_DUE', { id })

    // From here it must succeed.
    const { postings, writes } = release(offer.keeps, { kind: 'offer', id }, offer.from, state)
    const after = write(offerKey(id), { ...offer, status: 'returned', keeps: [] })
    return accept([after, ...writes], { postings, references: { offer: id } })
  },
})
