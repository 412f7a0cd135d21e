import { ACCEPTED, PROGRAMME_ROWS, TYPICAL_POINTS } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import type { ExpectedCoupon } from './expected-coupons.ts'
import type { Day } from './line-maker.ts'
import { shuffled } from './seeded-random.ts'

export interface Item {
  readonly category: string
  readonly fen: bigint
}

/** A coupon in an order, and how much of it is used. */
export interface UsedCoupon {
  readonly coupon: ExpectedCoupon
  readonly amount: bigint
}

export interface Payment {
  readonly coupons: readonly UsedCoupon[]
  readonly points: readonly { readonly asset: string; readonly amount: bigint }[]
  readonly paidFen: bigint
}

const RANKS = { amount: 0, percent: 1, shopping: 2 }

/** Whether a till of the slot's organisation takes the coupon on the day. */
export function isUsable({ series, state }: ExpectedCoupon, slot: Slot): boolean {
  const isTimely = series.firstDay <= slot.date && slot.date <= series.lastDay
  return state === 'held' && isTimely && series.acceptors.includes(slot.organisation)
}

/** What coupons of a member, and some points if they go with them, pay of the items. */
export function payItems(
  day: Day,
  slot: Slot,
  order: { readonly member: string; readonly items: readonly Item[] },
  offered: readonly ExpectedCoupon[],
): Payment {
  const left = order.items.map(({ fen }) => fen)
  const used: UsedCoupon[] = []
  let paidFen = 0n
  for (const coupon of offered.toSorted((one, other) => inTurn(one, other))) {
    const fen = fenOf(coupon, order.items, left)
    if (fen === 0n || !goesWith(coupon, used)) continue
    draw(order.items, left, coupon.series.categories, fen)
    used.push({ coupon, amount: coupon.series.kind === 'shopping' ? fen : 1n })
    paidFen += fen
  }
  const rest = left.reduce((sum, part) => sum + part, 0n)
  const isWilling = used.every(({ coupon }) => coupon.series.points)
  const points = isWilling && rest > 0n ? payByPoints(day, slot, order.member, rest) : null
  return {
    coupons: used,
    points: points === null ? [] : [points],
    paidFen: paidFen + (points?.fen ?? 0n),
  }
}

function inTurn({ series: one, serial }: ExpectedCoupon, other: ExpectedCoupon): number {
  const byRank = RANKS[one.kind] - RANKS[other.series.kind]
  if (byRank !== 0) return byRank
  const [left, right] = [`${one.id} ${serial}`, `${other.series.id} ${other.serial}`]
  return left < right ? -1 : 1
}

function covers(categories: readonly string[], { category }: Item): boolean {
  return categories.length === 0 || categories.includes(category)
}

function fenOf(
  { series, amount }: ExpectedCoupon,
  items: readonly Item[],
  left: readonly bigint[],
): bigint {
  let [original, open] = [0n, 0n]
  for (const [at, item] of items.entries()) {
    if (!covers(series.categories, item)) continue
    original += item.fen
    open += left[at] ?? 0n
  }
  if (original === 0n || original < series.minimum) return 0n
  if (series.isWhole && amount > open) return 0n
  const share = (original * series.percent) / 100n
  const reduced = series.kind === 'percent' && share < series.fen ? share : series.fen
  const worth = series.kind === 'shopping' ? amount : reduced
  return worth < open ? worth : open
}

function goesWith({ series }: ExpectedCoupon, used: readonly UsedCoupon[]): boolean {
  const own = used.filter(({ coupon }) => coupon.series === series).length
  const others = used.filter(({ coupon }) => coupon.series !== series)
  return (
    own < series.own &&
    (others.length === 0 || series.others) &&
    others.every(({ coupon }) => coupon.series.others)
  )
}

function draw(
  items: readonly Item[],
  left: bigint[],
  categories: readonly string[],
  fen: bigint,
): void {
  let rest = fen
  for (const [at, item] of items.entries()) {
    const open = covers(categories, item) ? (left[at] ?? 0n) : 0n
    const part = open < rest ? open : rest
    left[at] = (left[at] ?? 0n) - part
    rest -= part
  }
}

function payByPoints(
  day: Day,
  slot: Slot,
  member: string,
  most: bigint,
): { readonly asset: string; readonly amount: bigint; readonly fen: bigint } | null {
  if (day.random.chance(0.35)) return null
  for (const asset of shuffled(day.random, ACCEPTED[slot.organisation])) {
    const [numerator = 0n, denominator = 1n] =
      PROGRAMME_ROWS.find((row) => row[1] === asset)?.[4]
        ?.split('/')
        .map(BigInt) ?? []
    const typical = BigInt(Math.ceil(day.random.logNormal(TYPICAL_POINTS[asset] ?? 1, 0.9)))
    const held = day.holdings.sum(member, asset, 'spendable', slot.date)
    const reach = (most * denominator * 10_000n) / numerator
    const amount = [typical, held, reach].reduce((least, one) => (one < least ? one : least))
    const fen = (amount * numerator) / (denominator * 10_000n)
    if (fen > 0n) return { asset, amount, fen }
  }
  return null
}
