import { couponOf, give, INTO_ESCROW, moveTaken, OUT_OF_ESCROW, readBasket } from './baskets.ts'
import type { Basket } from './baskets.ts'
import type { Books, Coupon, Judged, Lot, Refusal, Taken } from './books.ts'
import { countOf, credit, debit, homeOf, insufficiency, move, owe, sumOfLots } from './books.ts'
import type { Order, PaidCoupon } from './evaluate-order.ts'
import { evaluateOrder, unknownSeries } from './evaluate-order.ts'
import { priceOf } from './judge-points.ts'
import { wordsOf } from './read-coupons.ts'
import type { Series } from './read-coupons.ts'

interface PaidPart extends PaidCoupon {
  refunded: bigint
}

interface PaidPoints {
  readonly asset: string
  readonly lots: readonly Lot[]
  refunded: bigint
}

interface Purchase {
  readonly member: string
  readonly mark: string
  readonly usedOn: string
  readonly coupons: readonly PaidPart[]
  readonly points: readonly PaidPoints[]
  status: 'open' | 'paid' | 'released' | 'refunded'
}

/** Judges a line of orders. */
export function judgeOrder(books: Books, judged: Judged): Refusal {
  const { action, purchase: id } = judged.fields
  if (action === 'pay' || action === 'reserve') return payOrder(books, judged)
  const purchase = books.contracts.get(`purchase ${id}`) as Purchase | undefined
  if (!purchase) return 'CONTRACT_UNKNOWN'
  if (purchase.status !== 'open') return 'PURCHASE_CLOSED'
  if (action === 'confirm') confirm(books, purchase, judged)
  else release(books, purchase)
  return null
}

function payOrder(books: Books, judged: Judged): Refusal {
  const { organisation, date, fields } = judged
  const { member, purchase: id, order: number } = fields
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  const basket = readBasket(fields.basket)
  const mark = `order ${organisation} ${number} ${member}`
  const refusal = refuseOrder(books, basket, { id, mark })
  if (refusal) return refusal
  const items = wordsOf(fields.items).map((word) => {
    const [category = '', fen = '0'] = word.split('=')
    return { category, fen: BigInt(fen) }
  })
  const order: Order = { acceptor: organisation, member, date, items, basket }
  const evaluation = evaluateOrder(books, order)
  if (typeof evaluation === 'string') return evaluation
  if (evaluation.fen !== BigInt(fields.paid_fen)) return 'QUOTE_CHANGED'
  for (const { asset, amount } of basket.points) {
    const short = insufficiency(books, { member, asset, points: amount, date })
    if (short) return short
  }
  const purchase = takePurchase(books, order, evaluation.coupons, mark)
  books.contracts.set(`purchase ${id}`, purchase)
  if (fields.action === 'pay') payNow(books, purchase, judged)
  else reserve(books, purchase)
  return null
}

function refuseOrder(
  books: Books,
  basket: Basket,
  { id, mark }: { readonly id: string; readonly mark: string },
): Refusal {
  const { points, coupons } = basket
  if (points.some(({ asset }) => !books.programmes.has(asset))) return 'ASSET_UNKNOWN'
  if (unknownSeries(books, basket)) return 'ASSET_UNKNOWN'
  if (coupons.some((name) => !books.coupons.has(name))) return 'COUPON_UNKNOWN'
  if (books.contracts.has(`purchase ${id}`)) return 'CONTRACT_EXISTS'
  if (points.length + coupons.length === 0) return 'BASKET_EMPTY'
  if (new Set(points.map(({ asset }) => asset)).size < points.length) return 'ASSET_TWICE'
  return books.used.has(mark) ? 'ORDER_PAID' : null
}

function takePurchase(
  books: Books,
  { member, date, basket }: Order,
  coupons: readonly PaidCoupon[],
  mark: string,
): Purchase {
  books.used.add(mark)
  for (const { coupon } of coupons) countUse(books, coupon.series, `${member} ${date}`, 1n)
  const points = basket.points.map(({ asset, amount }) => ({
    asset,
    lots: debit(books, { member, asset, points: amount, date }),
    refunded: 0n,
  }))
  const parts = coupons.map((one) => ({ ...one, refunded: 0n }))
  return { member, mark, usedOn: date, coupons: parts, points, status: 'open' }
}

function countUse(books: Books, { id, perDay }: Series, who: string, change: bigint): void {
  const name = `used ${id} ${who}`
  if (perDay !== null) books.counts.set(name, countOf(books, name) + change)
}

function pointsOf(purchase: Purchase): Taken {
  return { points: purchase.points, coupons: [] }
}

function wholeOf({ points, coupons }: Purchase): Taken {
  return { points, coupons: coupons.map(({ coupon }) => coupon.name) }
}

function reserve(books: Books, purchase: Purchase): void {
  const whole = wholeOf(purchase)
  moveTaken(books, whole, INTO_ESCROW)
  for (const name of whole.coupons) couponOf(books, name).state = 'RESERVED'
}

function release(books: Books, purchase: Purchase): void {
  const whole = wholeOf(purchase)
  moveTaken(books, whole, OUT_OF_ESCROW)
  give(books, whole, purchase.member)
  books.used.delete(purchase.mark)
  const who = `${purchase.member} ${purchase.usedOn}`
  for (const { coupon } of purchase.coupons) countUse(books, coupon.series, who, -1n)
  purchase.status = 'released'
}

function payNow(books: Books, purchase: Purchase, judged: Judged): void {
  pay(books, purchase, judged, '7102')
}

/** What the order does not take of a coupon goes back to the member. */
function confirm(books: Books, purchase: Purchase, judged: Judged): void {
  for (const { coupon, amount } of purchase.coupons) {
    move(books, coupon.series.id, coupon.amount - amount, OUT_OF_ESCROW)
  }
  pay(books, purchase, judged, '7103')
}

function pay(books: Books, purchase: Purchase, { organisation, date }: Judged, from: string): void {
  purchase.status = 'paid'
  moveTaken(books, pointsOf(purchase), { from, to: '7104' })
  for (const { coupon, amount, fen } of purchase.coupons) {
    move(books, coupon.series.id, amount, { from, to: '7104' })
    coupon.amount -= amount
    coupon.state = coupon.amount > 0n ? 'HELD' : 'REDEEMED'
    oweForCoupon(books, coupon.series, fen, { organisation, date, sign: 1n })
  }
  for (const { asset, lots } of purchase.points) {
    oweForPoints(books, asset, sumOfLots(lots), { organisation, date, sign: 1n })
  }
}

interface Owing {
  readonly organisation: string
  readonly date: string
  readonly sign: 1n | -1n
}

/** Each funder's share is rounded down; the last one bears what is left. */
function oweForCoupon(
  books: Books,
  { funders }: Series,
  fen: bigint,
  { organisation, date, sign }: Owing,
): void {
  const shares = funders.reduce((sum, { share }) => sum + share, 0n)
  let left = fen * 10_000n
  for (const [at, funder] of funders.entries()) {
    const isLast = at === funders.length - 1
    const part = isLast ? left : (fen * 10_000n * funder.share) / shares
    left -= part
    owe(books, { debtor: funder.organisation, creditor: organisation, date }, sign * part)
  }
}

function oweForPoints(
  books: Books,
  asset: string,
  points: bigint,
  { organisation, date, sign }: Owing,
): void {
  const programme = books.programmes.get(asset)
  if (!programme) return
  const amount = sign * priceOf(programme, points)
  owe(books, { debtor: programme.issuer, creditor: organisation, date }, amount)
}

/** A coupon or points of a purchase, and how much of it is to be given back. */
interface Part {
  readonly coupon: PaidPart | undefined
  readonly points: PaidPoints | undefined
  readonly amount: bigint
}

/** Judges a line of refunds. */
export function judgeRefund(books: Books, { organisation, date, fields }: Judged): Refusal {
  const purchase = books.contracts.get(`purchase ${fields.purchase}`) as Purchase | undefined
  if (!purchase) return 'CONTRACT_UNKNOWN'
  if (homeOf(fields.purchase) !== organisation) return 'NOT_AUTHORISED'
  const words = wordsOf(fields.basket).map((word) => word.split('='))
  if (words.length === 0) return 'BASKET_EMPTY'
  if (new Set(words.map(([name]) => name)).size < words.length) return 'ASSET_TWICE'
  if (purchase.status === 'open' || purchase.status === 'released') return 'PURCHASE_UNPAID'
  const parts = words.map(([name = '', amount = '0']): Part => {
    const coupon = purchase.coupons.find((paid) => paid.coupon.name === name)
    const points = purchase.points.find(({ asset }) => asset === name)
    return { coupon, points, amount: BigInt(amount) }
  })
  // Coupons are looked at before points, in whatever order the line has them.
  const inTurn = [...parts.filter(({ coupon }) => coupon), ...parts.filter(({ coupon }) => !coupon)]
  for (const part of inTurn) {
    const refusal = refusePart(part, purchase, date)
    if (refusal) return refusal
  }
  for (const { coupon, points, amount } of inTurn) {
    const refund = { amount, organisation, date }
    if (coupon) refundCoupon(books, purchase, coupon, refund)
    if (points) refundPoints(books, purchase, points, refund)
  }
  endIfRefunded(books, purchase)
  return null
}

function refusePart({ coupon, points, amount }: Part, { member }: Purchase, date: string): Refusal {
  const whole = coupon ? coupon.amount : sumOfLots(points?.lots ?? [])
  const refunded = coupon?.refunded ?? points?.refunded ?? 0n
  if (amount > whole - refunded) return 'REFUND_EXCEEDS'
  return coupon ? refuseCoupon(coupon.coupon, member, date) : null
}

function refuseCoupon(coupon: Coupon, member: string, date: string): Refusal {
  if (coupon.state === 'EXPIRED' || coupon.expires < date) return null
  if (coupon.member !== member) return 'NOT_COUPON_HOLDER'
  return coupon.state === 'HELD' || coupon.state === 'REDEEMED' ? null : `COUPON_${coupon.state}`
}

/** An order of which nothing is paid any more can be paid again. */
function endIfRefunded(books: Books, purchase: Purchase): void {
  const isLeft =
    purchase.coupons.some(({ amount, refunded }) => refunded < amount) ||
    purchase.points.some(({ lots, refunded }) => refunded < sumOfLots(lots))
  if (isLeft) return
  books.used.delete(purchase.mark)
  purchase.status = 'refunded'
}

interface Refund {
  readonly amount: bigint
  readonly organisation: string
  readonly date: string
}

/** What the funders owed before, less what they owe for what stays paid. */
function refundCoupon(
  books: Books,
  { member, usedOn }: Purchase,
  paid: PaidPart,
  { amount, organisation, date }: Refund,
): void {
  const { coupon } = paid
  const standing = (refunded: bigint): bigint => (paid.fen * (paid.amount - refunded)) / paid.amount
  const owing = { organisation, date }
  oweForCoupon(books, coupon.series, standing(paid.refunded), { ...owing, sign: -1n })
  paid.refunded += amount
  oweForCoupon(books, coupon.series, standing(paid.refunded), { ...owing, sign: 1n })
  if (paid.refunded === paid.amount) countUse(books, coupon.series, `${member} ${usedOn}`, -1n)
  if (coupon.expires < date) {
    move(books, coupon.series.id, amount, { from: '7104', to: '7105' })
    if (coupon.state === 'REDEEMED') Object.assign(coupon, { state: 'EXPIRED', amount })
    return
  }
  move(books, coupon.series.id, amount, { from: '7104', to: '7102' })
  coupon.amount += amount
  coupon.state = 'HELD'
}

/** Of lots the last-expiring come back first. */
function refundPoints(
  books: Books,
  { member }: Purchase,
  paid: PaidPoints,
  { amount, organisation, date }: Refund,
): void {
  const whole = sumOfLots(paid.lots)
  const owing = { organisation, date }
  oweForPoints(books, paid.asset, whole - paid.refunded, { ...owing, sign: -1n })
  oweForPoints(books, paid.asset, whole - paid.refunded - amount, { ...owing, sign: 1n })
  let [skip, rest] = [paid.refunded, amount]
  for (const lot of paid.lots.toReversed()) {
    const gone = lot.amount < skip ? lot.amount : skip
    const open = lot.amount - gone
    const part = open < rest ? open : rest
    skip -= gone
    rest -= part
    if (part > 0n) credit(books, member, paid.asset, { ...lot, amount: part })
  }
  paid.refunded += amount
  move(books, paid.asset, amount, { from: '7104', to: '7102' })
}
