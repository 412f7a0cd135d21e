import type { Series } from './coupon-series.ts'
import type { SeededRandom } from './seeded-random.ts'

/** A coupon as the generator believes it to be. */
export interface ExpectedCoupon {
  readonly series: Series
  readonly serial: string
  member: string
  amount: bigint
  /** Away: some contract keeps it. */
  state: 'held' | 'away' | 'used'
}

/** All coupons of the day so far. */
export interface ExpectedCoupons {
  add(series: Series, serial: string, member: string): void
  /** A random one that fits; null when none of many draws does. */
  draw(fits: (coupon: ExpectedCoupon) => boolean): ExpectedCoupon | null
  of(member: string): readonly ExpectedCoupon[]
  move(coupon: ExpectedCoupon, member: string): void
  named(word: string): ExpectedCoupon | undefined
}

/** How often a fitting coupon is looked for. */
const DRAWS = 80

/** No coupons yet. */
export function expectedCoupons(random: SeededRandom): ExpectedCoupons {
  const all: ExpectedCoupon[] = []
  const byName = new Map<string, ExpectedCoupon>()
  const byMember = new Map<string, Set<ExpectedCoupon>>()
  const put = (coupon: ExpectedCoupon): void => {
    byMember.set(coupon.member, (byMember.get(coupon.member) ?? new Set()).add(coupon))
  }
  return {
    add: (series, serial, member) => {
      const amount = series.kind === 'shopping' ? series.fen : 1n
      const coupon: ExpectedCoupon = { series, serial, member, amount, state: 'held' }
      all.push(coupon)
      byName.set(wordOf(coupon), coupon)
      put(coupon)
    },
    draw: (fits) => {
      for (let attempt = 0; attempt < DRAWS && all.length > 0; attempt += 1) {
        const coupon = random.pick(all)
        if (fits(coupon)) return coupon
      }
      return null
    },
    of: (member) => [...(byMember.get(member) ?? [])],
    move: (coupon, member) => {
      byMember.get(coupon.member)?.delete(coupon)
      coupon.member = member
      put(coupon)
    },
    named: (word) => byName.get(word),
  }
}

/** A coupon as a word of a basket. */
export function wordOf({ series, serial }: Pick<ExpectedCoupon, 'series' | 'serial'>): string {
  return `${series.id}/${serial}`
}

/** The last day that contracts of the day name: behind it, so that none returns by itself. */
export const LAST_DAY = '2026-12-20'

/** Whether a coupon can go into a contract, by its series, without ending it before its last day. */
export function canGive(
  { state, series }: ExpectedCoupon,
  use: 'transfer' | 'gift' | 'auction',
): boolean {
  return state === 'held' && series.uses.includes(use) && series.lastDay >= LAST_DAY
}
