import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { isPastDate } from '../contract.ts'
import { dayWrites } from '../coupon-day.ts'
import { refuse } from '../errors.ts'
import { keptCoupons, release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { couponDayKey, orderKey, purchaseKey, seriesKey } from '../keys.ts'
import type { Purchase } from '../purchase.ts'
import { purchaseReferences } from '../redemption.ts'
import { accept, defineRule, remove, write } from '../rule.ts'

/**
 * What was reserved for an order goes back to the member, with the lots and dates that it had. By
 * the acceptor's cashier at any time; when its last day is over it is merely due, so by anyone.
 */
export const releaseOrder = defineRule({
  type: 'ReleaseOrder',
  body: Type.Object({ purchase: ContractIdText }, { additionalProperties: false }),
  subjects: ({ purchase }) => [purchaseKey(purchase)],
  home: ({ purchase }) => organisationOf(purchase),
  debits: () => [],
  reads: ({ body }, _context, subject) => {
    const purchase = subject(purchaseKey(body.purchase))
    return [...keptCoupons(purchase), ...marksOf(purchase)]
  },
  decide(command, state, context) {
    const { purchase: id } = command.body
    const purchase = state.get(purchaseKey(id))
    if (purchase === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const { acceptor, status, account, order, coupons, usedOn } = purchase
    if (status !== 'open') return refuse('PURCHASE_CLOSED', { status })
    const isDue = isPastDate(purchase, context.ledger.cycle.date)
    if (!isDue && !actsAs(command, context, acceptor, 'cashier')) return refuse('NOT_DUE', { id })

    // From here it must succeed.
    const released = release(purchase.keeps, { kind: 'purchase', id }, account, state)
    const { dueOn: _dueOn, ...after } = { ...purchase, status: 'released', keeps: [] } as const
    return accept(
      [
        write(purchaseKey(id), after),
        remove(orderKey(acceptor, order, account)),
        ...released.writes,
        ...dayWrites(coupons, { account, today: usedOn, change: -1 }, state),
      ],
      { postings: released.postings, references: purchaseReferences(id, purchase) },
    )
  },
})

/** What says that the order is paid, and how many coupons it counts for. */
function marksOf(purchase: Purchase | undefined): Key<unknown>[] {
  if (purchase === undefined) return []
  const { acceptor, order, account, coupons } = purchase
  return [
    orderKey(acceptor, order, account),
    ...coupons.flatMap(({ series }) => [seriesKey(series), couponDayKey(series, account)]),
  ]
}
