import { Type } from 'typebox'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { giftKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * What of a gift nobody has claimed in time goes back to its sender, with the lots that it had.
 * Merely due, so anyone may do it.
 */
export const returnGift = defineRule({
  type: 'ReturnGift',
  body: Type.Object({ gift: ContractIdText }, { additionalProperties: false }),
  subjects: ({ gift }) => [giftKey(gift)],
  home: ({ gift }) => organisationOf(gift),
  debits: () => [],
  reads: ({ body }, _context, subject) => keptCoupons(subject(giftKey(body.gift))),
  decide(command, state, context) {
    const { gift: id } = command.body
    const gift = state.get(giftKey(id))
    if (gift === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (gift.status !== 'open') return refuse('GIFT_CLOSED', { status: gift.status })
    if (!isPastDate(gift, context.ledger.cycle.date)) return refuse('NOT_DUE', { id })

    // From here it must succeed.
    const { postings, writes } = release(gift.keeps, { kind: 'gift', id }, gift.from, state)
    const after = write(giftKey(id), { ...gift, status: 'returned', keeps: [] })
    return accept([after, ...writes], { postings, references: { gift: id } })
  },
})
