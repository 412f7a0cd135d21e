import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import type { BusinessDate } from './business-date.ts'
import { afterTransition, checkTransition } from './coupon-life.ts'
import type { Coupon } from './coupon-series.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import { couponKey } from './keys.ts'
import type { Lot } from './lot.ts'
import { lotStatus } from './lot.ts'
import type { Debt } from './order-clearing.ts'
import { negated } from './order-clearing.ts'
import { pointsIn } from './order.ts'
import type { PaidCoupon, PaidPoints, Purchase } from './purchase.ts'
import { debtOfPoints, debtsOfCoupon } from './redemption.ts'
import type { RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** What is to be given back of one coupon, in the unit of its series. */
export interface CouponRefund {
  readonly paid: PaidCoupon
  readonly amount: bigint
}

/** How many points of one kind are to be given back. */
export interface PointsRefund {
  readonly paid: PaidPoints
  readonly amount: bigint
}

/** What of a refund goes back to the member and what has expired by now. */
export interface RefundedContent {
  readonly back: BasketContent
  readonly lost: BasketContent
  readonly writes: readonly RecordWrite[]
}

/** Refuses a coupon that is past taking anything back; what is past its date expires instead. */
export function refuseCouponRefund(
  { paid, amount }: CouponRefund,
  { account }: Purchase,
  state: StateView,
  today: BusinessDate,
): Refusal | undefined {
  const { series, serial, refunded } = paid
  const detail = { series, serial }
  if (amount > paid.amount - refunded) {
    return refuse('REFUND_EXCEEDS', { ...detail, left: String(paid.amount - refunded) })
  }
  const coupon = couponIn(state, paid)
  if (isLost(coupon, today)) return undefined
  if (coupon.account !== account) return refuse('NOT_COUPON_HOLDER', detail)
  return checkTransition(coupon, 'refund', detail)
}

/** Refuses more points than were paid and are not given back yet. */
export function refusePointsRefund({ paid, amount }: PointsRefund): Refusal | undefined {
  const left = pointsIn(paid) - paid.refunded
  if (amount <= left) return undefined
  return refuse('REFUND_EXCEEDS', { asset: paid.asset, left: String(left) })
}

/**
 * Where what is given back goes: to the coupons and lots that it came from. Of lots the last-expiring
 * come first, so that what stays paid is what a smaller payment would have taken. There are no days
 * of grace: what is past its date expires in the same entry.
 */
export function refundedContent(
  coupons: readonly CouponRefund[],
  points: readonly PointsRefund[],
  state: StateView,
  today: BusinessDate,
): RefundedContent {
  const parts = coupons.map(({ paid, amount }) => {
    const coupon = couponIn(state, paid)
    const { series, serial } = paid
    return { part: { series, serial, amount }, coupon, isLost: isLost(coupon, today) }
  })
  const lots = points.map(({ paid, amount }) => ({
    asset: paid.asset,
    lots: lotsBack(paid, amount),
  }))
  const side = (lost: boolean): BasketContent => ({
    coupons: parts.filter((one) => one.isLost === lost).map(({ part }) => part),
    points: lots
      .map(({ asset, lots }) => ({
        asset,
        lots: lots.filter((lot) => isOver(lot, today) === lost),
      }))
      .filter(({ lots }) => lots.length > 0),
  })
  const writes = parts.flatMap(({ part, coupon, isLost }) => {
    const after = isLost ? expired(coupon, part.amount) : restored(coupon, part.amount)
    return after === undefined ? [] : [write(couponKey(part.series, part.serial), after)]
  })
  return { back: side(false), lost: side(true), writes }
}

/**
 * What the acceptor gives back to those who owed it: the difference between what the payment cleared
 * before and what is left of it clears, so that the parts of a refund come to the whole.
 */
export function refundDebts(
  coupons: readonly CouponRefund[],
  points: readonly PointsRefund[],
  state: StateView,
): Debt[] {
  return [
    ...coupons.flatMap(({ paid, amount }) => [
      ...negated(debtsOfCoupon(paid, fenStanding(paid, paid.refunded), state)),
      ...debtsOfCoupon(paid, fenStanding(paid, paid.refunded + amount), state),
    ]),
    ...points.flatMap(({ paid, amount }) => {
      const standing = pointsIn(paid) - paid.refunded
      return [
        ...negated([debtOfPoints(paid, standing, state)]),
        debtOfPoints(paid, standing - amount, state),
      ]
    }),
  ]
}

/** What a coupon still pays: a shopping coupon fen by fen, a deduction coupon all or nothing. */
function fenStanding({ amount, fen }: PaidCoupon, refunded: bigint): bigint {
  return (fen * (amount - refunded)) / amount
}

/** The purchase after a refund. */
export function afterRefund(
  purchase: Purchase,
  coupons: readonly CouponRefund[],
  points: readonly PointsRefund[],
): Purchase {
  const refundedCoupons = purchase.coupons.map((paid) => {
    const refund = coupons.find((one) => one.paid === paid)
    return { ...paid, refunded: paid.refunded + (refund?.amount ?? 0n) }
  })
  const refundedPoints = purchase.points.map((paid) => {
    const refund = points.find((one) => one.paid === paid)
    return { ...paid, refunded: paid.refunded + (refund?.amount ?? 0n) }
  })
  const isAll =
    refundedCoupons.every(({ amount, refunded }) => refunded === amount) &&
    refundedPoints.every((paid) => paid.refunded === pointsIn(paid))
  const status = isAll ? 'refunded' : 'paid'
  return { ...purchase, status, coupons: refundedCoupons, points: refundedPoints }
}

function couponIn(state: StateView, { series, serial }: PaidCoupon): Coupon {
  const coupon = state.get(couponKey(series, serial))
  if (coupon === undefined) throw new Error(`no such coupon: ${series}/${serial}`)
  return coupon
}

function isLost({ state, expires }: Coupon, today: BusinessDate): boolean {
  return state === 'expired' || expires < today
}

function isOver(lot: Lot, today: BusinessDate): boolean {
  return lotStatus(lot, today) === 'expired'
}

function restored(coupon: Coupon, amount: bigint): Coupon {
  return afterTransition(coupon, 'refund', { amount: coupon.amount + amount })
}

/** A coupon of which nothing was left ends as expired; what is left of another expires by itself. */
function expired(coupon: Coupon, amount: bigint): Coupon | undefined {
  if (coupon.state !== 'redeemed') return undefined
  return afterTransition(afterTransition(coupon, 'refund', { amount }), 'expire')
}

function lotsBack({ lots, refunded }: PaidPoints, amount: bigint): Lot[] {
  let [skip, rest] = [refunded, amount]
  const back: Lot[] = []
  for (const lot of lots.toReversed()) {
    const gone = lot.amount < skip ? lot.amount : skip
    skip -= gone
    const open = lot.amount - gone
    const part = open < rest ? open : rest
    rest -= part
    if (part > 0n) back.push({ ...lot, amount: part })
  }
  return back.toReversed()
}
