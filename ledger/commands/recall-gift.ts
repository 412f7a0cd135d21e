import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, giftKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/** The sender takes back what of a gift nobody has claimed. */
export const recallGift = defineRule({
  type: 'RecallGift',
  body: Type.Object({ gift: ContractIdText }, { additionalProperties: false }),
  subjects: ({ gift }) => [giftKey(gift)],
  home: ({ gift }) => organisationOf(gift),
  debits: () => [],
  reads({ body }, _context, subject) {
    const gift = subject(giftKey(body.gift))
    return gift === undefined ? [] : [accountKey(gift.from), ...keptCoupons(gift)]
  },
  decide(command, state) {
    const { gift: id } = command.body
    const gift = state.get(giftKey(id))
    if (gift === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (state.get(accountKey(gift.from))?.owner !== command.actor) return refuse('NOT_AUTHORISED')
    if (gift.status !== 'open') return refuse('GIFT_CLOSED', { status: gift.status })

    // From here it must succeed.
    const { postings, writes } = release(gift.keeps, { kind: 'gift', id }, gift.from, state)
    const after = write(giftKey(id), { ...gift, status: 'recalled', keeps: [] })
    return accept([after, ...writes], { postings, references: { gift: id } })
  },
})
