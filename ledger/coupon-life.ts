import type { BusinessDate } from './business-date.ts'
import type { Coupon, CouponState } from './coupon-series.ts'
import type { ErrorDetail, LedgerErrorCode, Refusal } from './errors.ts'
import { refuse } from './errors.ts'

/** What happens to a coupon, and in which states it may. All else is refused by the state's code. */
const TRANSITIONS = {
  transfer: { from: ['held'], to: 'held' },
  reserve: { from: ['held'], to: 'reserved' },
  gift: { from: ['held'], to: 'gifted' },
  offer: { from: ['held'], to: 'offered' },
  auction: { from: ['held'], to: 'auctioned' },
  release: { from: ['reserved', 'gifted', 'offered', 'auctioned'], to: 'held' },
  useInPart: { from: ['held', 'reserved'], to: 'held' },
  redeem: { from: ['held', 'reserved'], to: 'redeemed' },
  refund: { from: ['held', 'redeemed'], to: 'held' },
  expire: { from: ['held'], to: 'expired' },
  void: { from: ['held'], to: 'void' },
} as const satisfies Record<string, { from: readonly CouponState[]; to: CouponState }>

export type CouponTransition = keyof typeof TRANSITIONS

/** Why a coupon cannot do what its state does not allow. */
const REFUSALS = {
  reserved: 'COUPON_RESERVED',
  gifted: 'COUPON_GIFTED',
  offered: 'COUPON_OFFERED',
  auctioned: 'COUPON_AUCTIONED',
  redeemed: 'COUPON_REDEEMED',
  expired: 'COUPON_EXPIRED',
  void: 'COUPON_VOIDED',
} as const satisfies Record<Exclude<CouponState, 'held'>, LedgerErrorCode>

/**
 * Refuses a transition that the coupon's state does not allow; undefined when it does. In its wallet
 * a coupon allows all but a release, which only a contract that keeps it does.
 */
export function checkTransition(
  { state }: Coupon,
  transition: CouponTransition,
  detail: ErrorDetail,
): Refusal | undefined {
  const allowed: readonly CouponState[] = TRANSITIONS[transition].from
  if (allowed.includes(state)) return undefined
  if (state === 'held') throw new Error('a coupon is released that no contract keeps')
  return refuse(REFUSALS[state], detail)
}

/** Refuses a coupon outside its days; undefined within them. */
export function checkValidity(
  { validFrom, expires }: Coupon,
  today: BusinessDate,
  detail: ErrorDetail,
): Refusal | undefined {
  if (today > expires) return refuse('COUPON_PAST_DATE', { ...detail, expires })
  if (today < validFrom) return refuse('COUPON_NOT_YET', { ...detail, validFrom })
  return undefined
}

/** The coupon after a transition that was checked. Throws when the state does not allow it: a bug. */
export function afterTransition(
  coupon: Coupon,
  transition: CouponTransition,
  change: Partial<Omit<Coupon, 'state'>> = {},
): Coupon {
  const { from, to } = TRANSITIONS[transition]
  const allowed: readonly CouponState[] = from
  if (!allowed.includes(coupon.state)) {
    throw new Error(`a coupon that is ${coupon.state} cannot ${transition}`)
  }
  const { keptBy: _keptBy, ...rest } = coupon
  return { ...rest, ...change, state: to }
}
