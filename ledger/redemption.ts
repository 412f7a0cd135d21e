import { movePostings } from './basket.ts'
import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import { afterTransition } from './coupon-life.ts'
import type { EntryReferences } from './entry.ts'
import type { ContractId } from './identifiers.ts'
import { couponKey, programmeKey, seriesKey } from './keys.ts'
import type { Debt } from './order-clearing.ts'
import { couponDebts, droppedOf, pointsDebt, postDebts } from './order-clearing.ts'
import { pointsIn, usedOf } from './order.ts'
import type { AccountPath, Posting } from './posting.ts'
import { REDEEMED } from './posting.ts'
import type { PaidCoupon, PaidPoints, Purchase } from './purchase.ts'
import type { EntryContent, RecordWrite } from './rule.ts'
import { write } from './rule.ts'

type Paid = Omit<Purchase, 'status' | 'dueOn' | 'keeps'>

/** The coupons of an order after what it takes of them is redeemed; what is left stays with the member. */
export function redeemedCoupons({ coupons }: Paid, state: StateView): RecordWrite[] {
  return coupons.map((paid) => {
    const key = couponKey(paid.series, paid.serial)
    const coupon = state.get(key)
    if (coupon === undefined) throw new Error(`no such coupon: ${key.name}`)
    const amount = coupon.amount - paid.amount
    return write(key, afterTransition(coupon, amount > 0n ? 'useInPart' : 'redeem', { amount }))
  })
}

/** The entry of an order that is paid out of a wallet or an escrow: redeemed, and owed by the funders. */
export function redemptionEntry(
  id: ContractId,
  paid: Paid,
  from: AccountPath,
  context: { readonly state: StateView; readonly cycle: string },
): EntryContent {
  const { acceptor, coupons, points } = paid
  const { state, cycle } = context
  const debts = [
    ...coupons.flatMap((coupon) => debtsOfCoupon(coupon, coupon.fen, state)),
    ...points.map((part) => debtOfPoints(part, pointsIn(part), state)),
  ]
  return {
    postings: [...redeemPostings(usedOf(paid), from), ...postDebts(debts, acceptor, cycle)],
    references: { ...purchaseReferences(id, paid), ...roundedDown(paid, state) },
  }
}

/** What entries about a purchase say of it. */
export function purchaseReferences(
  id: ContractId,
  { acceptor, store, order }: Pick<Purchase, 'acceptor' | 'store' | 'order'>,
): EntryReferences {
  return { purchase: id, acceptor, store, order }
}

/** What the funders of a coupon owe when it has paid so many fen in all. */
export function debtsOfCoupon({ series }: PaidCoupon, fen: bigint, state: StateView): Debt[] {
  const terms = state.get(seriesKey(series))
  if (terms === undefined) throw new Error(`no such series: ${series}`)
  return couponDebts(terms, fen)
}

/** What the issuer of points owes when so many of them have paid in all. */
export function debtOfPoints({ asset }: PaidPoints, points: bigint, state: StateView): Debt {
  const programme = state.get(programmeKey(asset))
  if (programme === undefined) throw new Error(`no such points: ${asset}`)
  return pointsDebt(programme, points)
}

/** Which lots and coupons were redeemed, the debit says; of all that is redeemed only the sum is kept. */
function redeemPostings(content: BasketContent, from: AccountPath): Posting[] {
  return movePostings(content, from, REDEEMED).map((posting) => {
    const { lots: _lots, coupons: _coupons, ...sum } = posting
    return posting.account === REDEEMED ? sum : posting
  })
}

/** The fractions that were dropped, one for each kind of points whose issuer is not the acceptor. */
function roundedDown({ acceptor, points }: Paid, state: StateView): EntryReferences {
  const dropped = points.flatMap((part) => {
    const programme = state.get(programmeKey(part.asset))
    if (programme === undefined || programme.issuer === acceptor) return []
    return droppedOf(programme, pointsIn(part)) ?? []
  })
  return dropped.length === 0 ? {} : { roundedDown: dropped.join(' ') }
}
