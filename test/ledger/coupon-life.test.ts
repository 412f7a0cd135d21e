import { describe, expect, test } from 'vitest'
import type { Coupon, CouponState } from '../../ledger/index.ts'
import { COUPON_STATES } from '../../ledger/index.ts'
import type { CouponTransition } from '../../ledger/coupon-life.ts'
import { afterTransition, checkTransition, checkValidity } from '../../ledger/coupon-life.ts'

/** What may happen in each state, and where it leads. All that is not here is refused. */
const LIFE = {
  held: {
    transfer: 'held',
    reserve: 'reserved',
    gift: 'gifted',
    offer: 'offered',
    auction: 'auctioned',
    useInPart: 'held',
    redeem: 'redeemed',
    refund: 'held',
    expire: 'expired',
    void: 'void',
  },
  reserved: { release: 'held', useInPart: 'held', redeem: 'redeemed' },
  gifted: { release: 'held' },
  offered: { release: 'held' },
  auctioned: { release: 'held' },
  redeemed: { refund: 'held' },
  expired: {},
  void: {},
} as const satisfies Record<CouponState, Partial<Record<CouponTransition, CouponState>>>

const TRANSITIONS = [
  'transfer',
  'reserve',
  'gift',
  'offer',
  'auction',
  'release',
  'useInPart',
  'redeem',
  'refund',
  'expire',
  'void',
] as const

const CODES = {
  reserved: 'COUPON_RESERVED',
  gifted: 'COUPON_GIFTED',
  offered: 'COUPON_OFFERED',
  auctioned: 'COUPON_AUCTIONED',
  redeemed: 'COUPON_REDEEMED',
  expired: 'COUPON_EXPIRED',
  void: 'COUPON_VOIDED',
} as const satisfies Record<Exclude<CouponState, 'held'>, string>

function couponIn(state: CouponState): Coupon {
  const days = { validFrom: '2026-12-01', expires: '2026-12-31' }
  return { account: 'mall:a-ann', state, amount: 500n, ...days, keptBy: 'gift/mall:g-1' }
}

const PAIRS = COUPON_STATES.flatMap((state) =>
  TRANSITIONS.map((transition) => {
    const allowed: Partial<Record<CouponTransition, CouponState>> = LIFE[state]
    return { state, transition, next: allowed[transition] }
  }),
)

const allowed = PAIRS.filter(({ next }) => next !== undefined)
const refused = PAIRS.flatMap(({ state, transition, next }) =>
  next === undefined && state !== 'held' ? [{ state, transition }] : [],
)

describe('the life of a coupon', () => {
  test.each(allowed)('$state: $transition leads to $next', ({ state, transition, next }) => {
    const { keptBy: _keptBy, ...rest } = couponIn(state)
    expect(checkTransition(couponIn(state), transition, {})).toBeUndefined()
    expect(afterTransition(couponIn(state), transition)).toEqual({ ...rest, state: next })
  })

  test.each(refused)('$state: no $transition', ({ state, transition }) => {
    const refusal = checkTransition(couponIn(state), transition, { serial: 'A-1' })
    expect(refusal).toEqual({ ok: false, code: CODES[state], detail: { serial: 'A-1' } })
    expect(() => afterTransition(couponIn(state), transition)).toThrow(state)
  })

  test('held: a release is a fault of whoever keeps it', () => {
    expect(() => checkTransition(couponIn('held'), 'release', {})).toThrow('no contract keeps')
    expect(() => afterTransition(couponIn('held'), 'release')).toThrow('held')
  })

  test('its days include the first and the last', () => {
    const coupon = couponIn('held')
    const verdict = (today: string): string | undefined => checkValidity(coupon, today, {})?.code
    expect(['2026-11-30', '2026-12-01', '2026-12-31', '2027-01-01'].map(verdict)).toEqual([
      'COUPON_NOT_YET',
      undefined,
      undefined,
      'COUPON_PAST_DATE',
    ])
  })
})
