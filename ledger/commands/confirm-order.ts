import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { movePostings } from '../basket.ts'
import type { BasketContent } from '../basket-content.ts'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { keptCoupons } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { programmeKey, purchaseKey, seriesKey } from '../keys.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import type { Purchase } from '../purchase.ts'
import { redeemedCoupons, redemptionEntry } from '../redemption.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * The acceptor's cashier takes the payment that was reserved for an order, exactly as it was
 * reserved: neither a blackout nor a series that was stopped since makes a difference.
 */
export const confirmOrder = defineRule({
  type: 'ConfirmOrder',
  body: Type.Object({ purchase: ContractIdText }, { additionalProperties: false }),
  subjects: ({ purchase }) => [purchaseKey(purchase)],
  home: ({ purchase }) => organisationOf(purchase),
  clears: true,
  debits: () => [],
  reads: ({ body }, _context, subject) => {
    const purchase = subject(purchaseKey(body.purchase))
    return [...keptCoupons(purchase), ...termsOf(purchase)]
  },
  decide(command, state, context) {
    const { purchase: id } = command.body
    const purchase = state.get(purchaseKey(id))
    if (purchase === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (!actsAs(command, context, purchase.acceptor, 'cashier')) return refuse('NOT_AUTHORISED')
    const { status, account, keeps } = purchase
    if (status !== 'open') return refuse('PURCHASE_CLOSED', { status })
    if (isPastDate(purchase, context.ledger.cycle.date)) return refuse('CONTRACT_PAST_DATE', { id })

    // From here it must succeed.
    const escrow = escrowPath('purchase', id)
    const paid = redemptionEntry(id, purchase, escrow, { state, cycle: context.cycle })
    const rest = movePostings(restOf(purchase, keeps), escrow, holdingPath(account))
    const { dueOn: _dueOn, ...after } = { ...purchase, status: 'paid', keeps: [] } as const
    return accept([write(purchaseKey(id), after), ...redeemedCoupons(purchase, state)], {
      ...paid,
      postings: [...paid.postings, ...rest],
    })
  },
})

/** The terms of all that an order is paid with. */
function termsOf(purchase: Purchase | undefined): Key<unknown>[] {
  if (purchase === undefined) return []
  return [
    ...purchase.coupons.map(({ series }) => seriesKey(series)),
    ...purchase.points.map(({ asset }) => programmeKey(asset)),
  ]
}

/** What an order has reserved of coupons beyond what it takes. */
function restOf({ coupons }: Purchase, keeps: readonly BasketContent[]): BasketContent {
  const kept = keeps.flatMap((content) => content.coupons)
  const rest = kept.map((part) => {
    const used = coupons.find(
      ({ series, serial }) => series === part.series && serial === part.serial,
    )
    return { ...part, amount: part.amount - (used?.amount ?? 0n) }
  })
  return { points: [], coupons: rest.filter(({ amount }) => amount > 0n) }
}
