import { Type } from 'typebox'
import { contentExpires, movePostings } from '../basket.ts'
import type { BasketContent } from '../basket-content.ts'
import type { StateView } from '../batch-state.ts'
import { addDays, BusinessDateText } from '../business-date.ts'
import { earlierDate } from '../contract.ts'
import { afterTransition } from '../coupon-life.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { couponKey, purchaseKey } from '../keys.ts'
import { ORDER_FIELDS, ORDER_SCOPE, refuseOrder, takeOrder } from '../order.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import { purchaseReferences } from '../redemption.ts'
import type { RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

const MAX_HOLD_DAYS = 30

/**
 * A member puts coupons and points aside for a merchant's order, at the terms of the day. The
 * merchant confirms or releases it; it is open until the business date `holdUntil`, or until the
 * first of what it keeps expires. A coupon of which only a part is needed is kept whole.
 */
export const reserveOrder = defineRule({
  type: 'ReserveOrder',
  body: Type.Object(
    { ...ORDER_FIELDS, holdUntil: BusinessDateText },
    { additionalProperties: false },
  ),
  ...ORDER_SCOPE,
  decide(command, state, context) {
    const { purchase: id, from, holdUntil } = command.body
    const refusal = refuseOrder(command, state) ?? refuseHold(holdUntil, context.ledger.cycle.date)
    if (refusal !== undefined) return refusal
    const taken = takeOrder(command, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const { purchase, whole, writes } = taken
    const dueOn = earlierDate(holdUntil, contentExpires(whole, state))
    const reserved = write(purchaseKey(id), { ...purchase, status: 'open', dueOn, keeps: [whole] })
    return accept([reserved, ...writes, ...reservedCoupons(id, whole, state)], {
      postings: movePostings(whole, holdingPath(from), escrowPath('purchase', id)),
      references: purchaseReferences(id, purchase),
    })
  },
})

function refuseHold(holdUntil: string, today: string): Refusal | undefined {
  if (holdUntil < today) return refuse('LAST_DAY_PAST', { holdUntil })
  const latest = addDays(today, MAX_HOLD_DAYS)
  return holdUntil > latest ? refuse('HOLD_TOO_LONG', { latest }) : undefined
}

function reservedCoupons(id: string, { coupons }: BasketContent, state: StateView): RecordWrite[] {
  return coupons.map(({ series, serial }) => {
    const key = couponKey(series, serial)
    const coupon = state.get(key)
    if (coupon === undefined) throw new Error(`no such coupon: ${key.name}`)
    const keptBy = purchaseKey(id).name
    return write(key, afterTransition(coupon, 'reserve', { keptBy }))
  })
}
