import type { Books, Coupon, Refusal, Taken } from './books.ts'
import { credit, debit, insufficiency, move, sumOfLots } from './books.ts'
import { wordsOf } from './read-coupons.ts'

/** What a field of a basket says; coupons by their names `series/serial`. */
export interface Basket {
  readonly points: readonly { readonly asset: string; readonly amount: bigint }[]
  readonly coupons: readonly string[]
}

export function readBasket(text: string): Basket {
  const words = wordsOf(text)
  return {
    points: words
      .filter((word) => !word.includes('/'))
      .map((word) => {
        const [asset = '', amount = '0'] = word.split('=')
        return { asset, amount: BigInt(amount) }
      }),
    coupons: words.filter((word) => word.includes('/')),
  }
}

export function seriesOf(coupon: string): string {
  return coupon.slice(0, coupon.indexOf('/'))
}

/** What a basket is taken for; an offer or a transfer asks for a transferable series. */
type Use = 'transfer' | 'gift' | 'auction'

/** Why what a basket names cannot be given away at all. */
export function checkTerms(books: Books, basket: Basket, use: Use): Refusal {
  const { points, coupons } = basket
  if (points.length + coupons.length === 0) return 'BASKET_EMPTY'
  if (points.some(({ asset }) => !books.programmes.has(asset))) return 'ASSET_UNKNOWN'
  if (coupons.some((name) => !books.series.has(seriesOf(name)))) return 'ASSET_UNKNOWN'
  if (new Set(points.map(({ asset }) => asset)).size < points.length) return 'ASSET_TWICE'
  const isFixed =
    points.some(({ asset }) => books.programmes.get(asset)?.transferable === false) ||
    coupons.some((name) => !books.series.get(seriesOf(name))?.uses.includes(use))
  return isFixed ? 'NOT_TRANSFERABLE' : null
}

/** Why the member cannot give a basket away on a date. */
export function checkBasket(
  books: Books,
  basket: Basket,
  { member, use, date }: { readonly member: string; readonly use: Use; readonly date: string },
): Refusal {
  const fixed = checkTerms(books, basket, use)
  if (fixed) return fixed
  if (basket.coupons.some((name) => !books.coupons.has(name))) return 'COUPON_UNKNOWN'
  for (const name of basket.coupons) {
    const refusal = checkCoupon(couponOf(books, name), member, date)
    if (refusal) return refusal
  }
  for (const { asset, amount } of basket.points) {
    const short = insufficiency(books, { member, asset, points: amount, date })
    if (short) return short
  }
  return null
}

function checkCoupon(coupon: Coupon, member: string, date: string): Refusal {
  if (coupon.member !== member) return 'NOT_COUPON_HOLDER'
  if (coupon.state !== 'HELD') return `COUPON_${coupon.state}`
  return coupon.expires < date ? 'COUPON_PAST_DATE' : null
}

export function couponOf(books: Books, name: string): Coupon {
  const coupon = books.coupons.get(name)
  if (!coupon) throw new RangeError(`there is no coupon ${name}`)
  return coupon
}

/** Takes a basket that was checked out of a wallet, into an escrow or straight to its next owner. */
export function take(
  books: Books,
  { points, coupons }: Basket,
  from: { readonly member: string; readonly date: string; readonly state: Coupon['state'] },
): Taken {
  const { member, date, state } = from
  for (const name of coupons) couponOf(books, name).state = state
  return {
    coupons,
    points: points.map(({ asset, amount }) => ({
      asset,
      lots: debit(books, { member, asset, points: amount, date }),
    })),
  }
}

/** Gives a member what was taken before. */
export function give(books: Books, { points, coupons }: Taken, member: string): void {
  for (const name of coupons) Object.assign(couponOf(books, name), { member, state: 'HELD' })
  for (const { asset, lots } of points) {
    for (const lot of lots) credit(books, member, asset, lot)
  }
}

/** The postings of what moves between two accounts. */
export function moveTaken(
  books: Books,
  { points, coupons }: Taken,
  between: { readonly from: string; readonly to: string },
): void {
  for (const { asset, lots } of points) move(books, asset, sumOfLots(lots), between)
  for (const name of coupons) move(books, seriesOf(name), couponOf(books, name).amount, between)
}

export const INTO_ESCROW = { from: '7102', to: '7103' } as const
export const OUT_OF_ESCROW = { from: '7103', to: '7102' } as const
