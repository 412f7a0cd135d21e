import { Type } from 'typebox'
import { ORDER_FIELDS, ORDER_SCOPE, refuseOrder, takeOrder } from '../order.ts'
import { purchaseKey } from '../keys.ts'
import { holdingPath } from '../posting.ts'
import { redeemedCoupons, redemptionEntry } from '../redemption.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * A member pays a merchant's order with coupons and points at once. All of them have to apply, and
 * to pay the total that the member has signed. What the funders owe the acceptor is posted to
 * clearing in the same entry.
 */
export const payOrder = defineRule({
  type: 'PayOrder',
  body: Type.Object(ORDER_FIELDS, { additionalProperties: false }),
  ...ORDER_SCOPE,
  clears: true,
  decide(command, state, context) {
    const refusal = refuseOrder(command, state)
    if (refusal !== undefined) return refusal
    const taken = takeOrder(command, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const { purchase: id, from } = command.body
    const { purchase, writes } = taken
    const paid = write(purchaseKey(id), { ...purchase, status: 'paid', keeps: [] })
    return accept(
      [paid, ...writes, ...redeemedCoupons(purchase, state)],
      redemptionEntry(id, purchase, holdingPath(from), { state, cycle: context.cycle }),
    )
  },
})
