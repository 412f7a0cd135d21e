import { seriesOf } from './baskets.ts'
import type { Basket } from './baskets.ts'
import type { Books, Coupon } from './books.ts'
import { countOf } from './books.ts'
import { compare } from './read-day.ts'

/** An order before it is paid. */
export interface Order {
  readonly acceptor: string
  readonly member: string
  readonly date: string
  readonly items: readonly { readonly category: string; readonly fen: bigint }[]
  readonly basket: Basket
}

/** What a coupon pays: of a face value so many fen, of a deduction one piece. */
export interface PaidCoupon {
  readonly coupon: Coupon
  readonly fen: bigint
  readonly amount: bigint
}

interface Payment extends Order {
  readonly left: bigint[]
  readonly paid: PaidCoupon[]
}

/** What an order is paid with, or the code of the first thing that does not apply. */
export function evaluateOrder(
  books: Books,
  order: Order,
): string | { readonly coupons: readonly PaidCoupon[]; readonly fen: bigint } {
  const payment: Payment = { ...order, left: order.items.map(({ fen }) => fen), paid: [] }
  const failures: string[] = []
  const coupons = order.basket.coupons.flatMap((name) => books.coupons.get(name) ?? [])
  for (const coupon of coupons.sort(inTurn)) {
    const fen = fenOfCoupon(books, coupon, payment)
    if (typeof fen === 'string') {
      failures.push(fen)
      continue
    }
    draw(payment, coupon.series.categories, fen)
    payment.paid.push({ coupon, fen, amount: coupon.series.kind === 'face' ? fen : 1n })
  }
  let fen = payment.paid.reduce((sum, one) => sum + one.fen, 0n)
  const points = [...order.basket.points].sort((a, b) => compare(a.asset, b.asset))
  for (const part of points) {
    const worth = fenOfPoints(books, part, payment)
    if (typeof worth === 'string') {
      failures.push(worth)
      continue
    }
    draw(payment, [], worth)
    fen += worth
  }
  return failures[0] ?? { coupons: payment.paid, fen }
}

/** Amounts off come before per cent, these before face values; of each what expires first. */
function inTurn(one: Coupon, other: Coupon): number {
  const ranks = { amount: 0, percent: 1, face: 2 }
  const keyOf = (coupon: Coupon): string =>
    `${ranks[coupon.series.kind]} ${coupon.expires} ${coupon.name}`
  return compare(keyOf(one), keyOf(other))
}

function covers(categories: readonly string[], category: string): boolean {
  return categories.length === 0 || categories.includes(category)
}

function fenOfCoupon(books: Books, coupon: Coupon, payment: Payment): bigint | string {
  return (
    refuseCoupon(coupon, payment) ??
    refuseByOrder(coupon, payment) ??
    refuseBeside(books, coupon, payment) ??
    worthOf(coupon, payment)
  )
}

function refuseCoupon(coupon: Coupon, { member, acceptor, date }: Payment): string | null {
  if (coupon.member !== member) return 'NOT_COUPON_HOLDER'
  if (coupon.state !== 'HELD') return `COUPON_${coupon.state}`
  if (!coupon.series.acceptors.includes(acceptor)) return 'NOT_ACCEPTED'
  if (date > coupon.expires) return 'COUPON_PAST_DATE'
  return date < coupon.validFrom ? 'COUPON_NOT_YET' : null
}

function coveredFen({ series }: Coupon, { items }: Payment): bigint {
  return items
    .filter(({ category }) => covers(series.categories, category))
    .reduce((sum, { fen }) => sum + fen, 0n)
}

function refuseByOrder(coupon: Coupon, payment: Payment): string | null {
  const { categories, minimum } = coupon.series
  const isCovered = payment.items.some(({ category }) => covers(categories, category))
  if (!isCovered) return 'CATEGORY_NOT_COVERED'
  return coveredFen(coupon, payment) < minimum ? 'BELOW_MINIMUM_SPEND' : null
}

function refuseBeside(
  books: Books,
  { series }: Coupon,
  { paid, member, date }: Payment,
): string | null {
  const own = paid.filter(({ coupon }) => coupon.series.id === series.id)
  const others = paid.filter(({ coupon }) => coupon.series.id !== series.id)
  const isAlone = !series.beside.includes('others')
  const isUnwilling =
    own.length >= series.own ||
    (others.length > 0 && isAlone) ||
    others.some(({ coupon }) => !coupon.series.beside.includes('others'))
  if (isUnwilling) return 'STACKING_REFUSED'
  if (series.perDay === null) return null
  const used = countOf(books, `used ${series.id} ${member} ${date}`) + BigInt(own.length)
  return used < series.perDay ? null : 'DAILY_CAP_REACHED'
}

function worthOf(coupon: Coupon, payment: Payment): bigint | string {
  const { series, amount } = coupon
  const left = payment.items.reduce((sum, { category }, at) => {
    return covers(series.categories, category) ? sum + (payment.left[at] ?? 0n) : sum
  }, 0n)
  if (series.kind === 'face' && series.isWhole && left > 0n && amount > left) {
    return 'COUPON_EXCEEDS_ORDER'
  }
  const share = (coveredFen(coupon, payment) * series.figure) / 100n
  const percent = share < series.cap ? share : series.cap
  const worth = { face: amount, amount: series.figure, percent }[series.kind]
  const fen = worth < left ? worth : left
  return fen > 0n ? fen : 'NOTHING_LEFT_TO_PAY'
}

function fenOfPoints(
  books: Books,
  { asset, amount }: Basket['points'][number],
  { acceptor, left, paid }: Payment,
): bigint | string {
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!programme.acceptors.includes(acceptor)) return 'NOT_ACCEPTED'
  if (paid.some(({ coupon }) => !coupon.series.beside.includes('points'))) return 'STACKING_REFUSED'
  const { numerator, denominator } = programme.price
  const fen = (amount * numerator) / (denominator * 10_000n)
  const open = left.reduce((sum, part) => sum + part, 0n)
  if (fen === 0n || open === 0n) return 'NOTHING_LEFT_TO_PAY'
  return fen > open ? 'POINTS_EXCEED_ORDER' : fen
}

/** Takes what is paid off the items it is paid for, as the order lists them. */
function draw({ items, left }: Payment, categories: readonly string[], fen: bigint): void {
  let rest = fen
  for (const [at, { category }] of items.entries()) {
    const open = covers(categories, category) ? (left[at] ?? 0n) : 0n
    const part = open < rest ? open : rest
    left[at] = (left[at] ?? 0n) - part
    rest -= part
  }
}

/** The series of the coupons in a basket that nobody has opened. */
export function unknownSeries(books: Books, { coupons }: Basket): boolean {
  return coupons.some((name) => !books.series.has(seriesOf(name)))
}
