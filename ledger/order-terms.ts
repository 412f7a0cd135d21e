import type { Rational } from './amount.ts'
import { multiply } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import { checkTransition, checkValidity } from './coupon-life.ts'
import type { Coupon, CouponSeries } from './coupon-series.ts'
import type { LedgerErrorCode, Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, AssetId, OrganisationId, SeriesId } from './identifiers.ts'
import type { PointsProgramme } from './records.ts'
import { MICRO_YUAN_PER_FEN } from './posting.ts'

/** A part of an order's amount, of one category of goods. */
export interface OrderItem {
  readonly category: string
  readonly amountFen: bigint
}

/** What an order says of itself. Its amount is that of its items. */
export interface OrderFacts {
  readonly acceptor: OrganisationId
  readonly account: AccountId
  readonly items: readonly OrderItem[]
  readonly today: BusinessDate
}

/** A coupon that is offered, with what the ledger has of it: nothing where it does not exist. */
export interface OfferedCoupon {
  readonly series: SeriesId
  readonly serial: string
  readonly terms: CouponSeries | undefined
  readonly coupon: Coupon | undefined
  /** Coupons of the series that the account has used today. */
  readonly usedToday: number
}

/** Points that are offered, with their programme. */
export interface OfferedPoints {
  readonly asset: AssetId
  readonly amount: bigint
  readonly programme: PointsProgramme | undefined
  /** Why the account does not hold them, where that is known beforehand. */
  readonly short?: LedgerErrorCode | undefined
}

/** What a coupon or points pay of an order, in fen; or why they do not. */
export type PaymentVerdict = { readonly ok: true; readonly fen: bigint } | Refusal

/** What becomes of each that is offered, in the order in which they apply. */
export interface Evaluation {
  readonly coupons: readonly (OfferedCoupon & { readonly verdict: PaymentVerdict })[]
  readonly points: readonly (OfferedPoints & { readonly verdict: PaymentVerdict })[]
  /** What all that apply pay together; never more than the order's amount. */
  readonly paidFen: bigint
}

/** An order while it is paid: what is left of each item, and what has been applied. */
interface Payment {
  readonly order: OrderFacts
  readonly left: bigint[]
  readonly applied: CouponSeries[]
}

/**
 * Says what coupons and points pay of an order. Deduction coupons come first, those of an amount
 * before those of a percentage, which is one of the original amount; then shopping coupons; then
 * points. Within a group the first-expiring comes first. What does not apply pays nothing and stands
 * in nobody's way. Every coupon draws on the items that it covers as the order lists them; fractions
 * of a fen are dropped, so that nothing is ever paid that nobody owes.
 */
export function evaluateOrder(
  order: OrderFacts,
  coupons: readonly OfferedCoupon[],
  points: readonly OfferedPoints[],
): Evaluation {
  const payment = { order, left: order.items.map(({ amountFen }) => amountFen), applied: [] }
  const coupon = [...coupons].sort(inTurn).map((offered) => {
    const verdict = payByCoupon(offered, payment)
    return { ...offered, verdict }
  })
  const point = [...points]
    .sort((a, b) => compare(a.asset, b.asset))
    .map((offered) => ({ ...offered, verdict: payByPoints(offered, payment) }))
  const paidFen = [...coupon, ...point].reduce((sum, { verdict }) => sum + fenOf(verdict), 0n)
  return { coupons: coupon, points: point, paidFen }
}

/** What some points pay of an order: their price, rounded down to a fen. */
export function fenOfPoints(amount: bigint, { numerator, denominator }: Rational): bigint {
  return multiply(amount, { numerator, denominator: denominator * MICRO_YUAN_PER_FEN }).whole
}

function fenOf(verdict: PaymentVerdict): bigint {
  return verdict.ok ? verdict.fen : 0n
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function turnOf({ terms }: OfferedCoupon): number {
  if (terms === undefined) return 3
  if (terms.value.kind === 'shopping') return 2
  return terms.value.discount.kind === 'percent' ? 1 : 0
}

function inTurn(a: OfferedCoupon, b: OfferedCoupon): number {
  return (
    turnOf(a) - turnOf(b) ||
    compare(a.coupon?.expires ?? '', b.coupon?.expires ?? '') ||
    compare(a.series, b.series) ||
    compare(a.serial, b.serial)
  )
}

function payByCoupon(offered: OfferedCoupon, payment: Payment): PaymentVerdict {
  const { series, serial, terms, coupon } = offered
  if (terms === undefined) return refuse('ASSET_UNKNOWN', { asset: series })
  if (coupon === undefined) return refuse('COUPON_UNKNOWN', { series, serial })
  const known = { ...offered, terms, coupon }
  const refusal =
    checkCoupon(known, payment.order) ??
    checkOrder(known, payment.order) ??
    checkStacking(known, payment)
  if (refusal !== undefined) return refusal
  const verdict = worthOf(known, payment)
  if (!verdict.ok) return verdict
  draw(payment, terms, verdict.fen)
  payment.applied.push(terms)
  return verdict
}

interface KnownCoupon extends OfferedCoupon {
  readonly terms: CouponSeries
  readonly coupon: Coupon
}

/** Whether the coupon can be used at all: by this account, here and today. */
function checkCoupon(
  { series, serial, terms, coupon }: KnownCoupon,
  { account, acceptor, today }: OrderFacts,
): Refusal | undefined {
  const detail = { series, serial }
  if (coupon.account !== account) return refuse('NOT_COUPON_HOLDER', detail)
  const unavailable = checkTransition(coupon, 'reserve', detail)
  if (unavailable !== undefined) return unavailable
  if (terms.stopped) return refuse('SERIES_STOPPED', { series })
  if (!terms.acceptors.includes(acceptor)) return refuse('NOT_ACCEPTED', { ...detail, acceptor })
  const untimely = checkValidity(coupon, today, detail)
  if (untimely !== undefined) return untimely
  const blackout = terms.blackouts.find(({ from, until }) => from <= today && today <= until)
  if (blackout === undefined) return undefined
  return refuse('COUPON_BLACKED_OUT', { ...detail, until: blackout.until })
}

/** Whether the order is of a kind that the coupon pays for. */
function checkOrder(
  { series, serial, terms }: KnownCoupon,
  { items }: OrderFacts,
): Refusal | undefined {
  const covered = items.filter((item) => covers(terms, item))
  if (covered.length === 0) return refuse('CATEGORY_NOT_COVERED', { series, serial })
  const minimum = terms.minimumSpendFen
  if (sumOf(covered) >= minimum) return undefined
  return refuse('BELOW_MINIMUM_SPEND', { series, serial, minimumSpendFen: String(minimum) })
}

/** Whether the coupon goes with those that have been applied, and within the day's number. */
function checkStacking(
  { series, serial, terms, usedToday }: KnownCoupon,
  { applied }: Payment,
): Refusal | undefined {
  const own = applied.filter(({ id }) => id === series).length
  const others = applied.filter(({ id }) => id !== series)
  if (own >= terms.stacking.ownPerOrder) {
    return refuse('STACKING_REFUSED', { series, serial, beside: series })
  }
  const unwilling = terms.stacking.otherSeries
    ? others.find(({ stacking }) => !stacking.otherSeries)
    : others[0]
  if (unwilling !== undefined) {
    return refuse('STACKING_REFUSED', { series, serial, beside: unwilling.id })
  }
  if (terms.perMemberDay === null || usedToday + own < terms.perMemberDay) return undefined
  return refuse('DAILY_CAP_REACHED', { series, serial, perMemberDay: String(terms.perMemberDay) })
}

function worthOf({ series, serial, terms, coupon }: KnownCoupon, payment: Payment): PaymentVerdict {
  const left = leftFor(terms, payment)
  const { value } = terms
  if (value.kind === 'shopping' && !value.partialUse && left > 0n && coupon.amount > left) {
    return refuse('COUPON_EXCEEDS_ORDER', { series, serial, leftFen: String(left) })
  }
  const worth = value.kind === 'shopping' ? coupon.amount : discountOf(terms, payment.order)
  const fen = worth < left ? worth : left
  return fen > 0n ? { ok: true, fen } : refuse('NOTHING_LEFT_TO_PAY', { series, serial })
}

/** What a deduction coupon takes off, if there is still so much to pay. */
function discountOf(terms: CouponSeries, { items }: OrderFacts): bigint {
  if (terms.value.kind !== 'deduction') return 0n
  const { discount } = terms.value
  if (discount.kind === 'amount') return discount.fen
  const original = sumOf(items.filter((item) => covers(terms, item)))
  const fen = (original * BigInt(discount.percent)) / 100n
  return fen < discount.capFen ? fen : discount.capFen
}

function payByPoints(offered: OfferedPoints, payment: Payment): PaymentVerdict {
  const { asset, amount, programme, short } = offered
  const { acceptor } = payment.order
  if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
  if (!programme.acceptors.includes(acceptor)) return refuse('NOT_ACCEPTED', { asset, acceptor })
  const unwilling = payment.applied.find(({ stacking }) => !stacking.points)
  if (unwilling !== undefined) return refuse('STACKING_REFUSED', { asset, beside: unwilling.id })
  const fen = fenOfPoints(amount, programme.pricePerPoint)
  const left = payment.left.reduce((sum, part) => sum + part, 0n)
  if (fen === 0n || left === 0n) return refuse('NOTHING_LEFT_TO_PAY', { asset })
  if (fen > left) return refuse('POINTS_EXCEED_ORDER', { asset, leftFen: String(left) })
  if (short !== undefined) return refuse(short, { asset })
  draw(payment, { categories: [] }, fen)
  return { ok: true, fen }
}

function covers({ categories }: Pick<CouponSeries, 'categories'>, { category }: OrderItem) {
  return categories.length === 0 || categories.includes(category)
}

function sumOf(items: readonly OrderItem[]): bigint {
  return items.reduce((sum, { amountFen }) => sum + amountFen, 0n)
}

function leftFor(terms: CouponSeries, { order, left }: Payment): bigint {
  return order.items.reduce(
    (sum, item, at) => (covers(terms, item) ? sum + (left[at] ?? 0n) : sum),
    0n,
  )
}

/** Takes what is paid off the items that it is paid for. */
function draw(
  { order, left }: Payment,
  terms: Pick<CouponSeries, 'categories'>,
  fen: bigint,
): void {
  let rest = fen
  for (const [at, item] of order.items.entries()) {
    const open = covers(terms, item) ? (left[at] ?? 0n) : 0n
    const part = open < rest ? open : rest
    left[at] = (left[at] ?? 0n) - part
    rest -= part
  }
}
