import { TRANSFERABLE, TYPICAL_POINTS } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { canGive, wordOf } from './expected-coupons.ts'
import type { ExpectedCoupon } from './expected-coupons.ts'
import type { Day } from './line-maker.ts'
import { shuffled } from './seeded-random.ts'

/** What a member puts up: coupons and points, as the words of a basket. */
export interface Put {
  readonly member: string
  readonly coupons: readonly ExpectedCoupon[]
  readonly points: readonly { readonly asset: string; readonly amount: bigint }[]
}

/** A coupon, points, or both, of a member of a home; of nobody's when none is found. */
export function drawPut(
  day: Day,
  slot: Slot,
  use: 'transfer' | 'gift' | 'auction',
  couponShare: number,
): Put {
  if (day.random.chance(couponShare)) {
    const coupon = day.coupons.draw(
      (one) => one.member.startsWith(slot.organisation) && canGive(one, use),
    )
    if (coupon !== null) return { member: coupon.member, coupons: [coupon], points: [] }
  }
  return drawPoints(day, slot, slot.organisation)
}

/** Some transferable points of a member of a home. */
export function drawPoints(day: Day, slot: Slot, home: Organisation | undefined, least = 1n): Put {
  const { random, holdings, population } = day
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const member = population.draw(home).id
    for (const asset of shuffled(random, TRANSFERABLE)) {
      const most = holdings.sum(member, asset, 'spendable', slot.date)
      if (most < least) continue
      const typical = BigInt(Math.ceil(random.logNormal((TYPICAL_POINTS[asset] ?? 1) / 2, 0.8)))
      const wanted = typical < least ? least : typical
      return { member, coupons: [], points: [{ asset, amount: wanted < most ? wanted : most }] }
    }
  }
  const member = population.draw(home).id
  return { member, coupons: [], points: [{ asset: TRANSFERABLE[0] ?? '', amount: least }] }
}

/** Whether the member can still put it up. */
export function isCovered(day: Day, slot: Slot, { member, coupons, points }: Put): boolean {
  return (
    coupons.every((coupon) => coupon.member === member && canGive(coupon, 'transfer')) &&
    points.every(
      ({ asset, amount }) => day.holdings.sum(member, asset, 'spendable', slot.date) >= amount,
    )
  )
}

/** Takes it out of the member's wallet. */
export function takePut(day: Day, slot: Slot, { member, coupons, points }: Put): void {
  for (const coupon of coupons) coupon.state = 'away'
  for (const { asset, amount } of points) day.holdings.take(member, asset, amount, slot.date)
}

/** Gives it to a member. */
export function givePut(day: Day, { coupons, points }: Omit<Put, 'member'>, member: string): void {
  for (const coupon of coupons) {
    coupon.state = 'held'
    day.coupons.move(coupon, member)
  }
  for (const { asset, amount } of points) {
    day.holdings.add(member, asset, { points: amount, lastDay: '', availableFrom: '' })
  }
}

/** The words of a basket. */
export function basketText({ coupons, points }: Omit<Put, 'member'>): string {
  const words = points.map(({ asset, amount }) => `${asset}=${amount}`)
  return [...words, ...coupons.map(wordOf)].join(' ')
}

/** A random member of a home, or of any, who is none of those. */
export function drawOther(day: Day, home: Organisation | undefined, ...not: string[]): string {
  for (;;) {
    const { id } = day.population.draw(home)
    if (!not.includes(id)) return id
  }
}
