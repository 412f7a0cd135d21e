import { TILL_HEADERS, TILL_KINDS, TRADE } from './consortium.ts'
import type { Organisation, TillKind } from './consortium.ts'

/** What members and merchants do beyond it on the second day. */
export const COUPON_KINDS = [
  'agreements',
  'auctions',
  'claims',
  'exchanges',
  'gifts',
  'handovers',
  'issues',
  'offers',
  'orders',
  'refunds',
  'requests',
  'returns',
  'rushes',
  'sealed',
] as const
export type CouponKind = (typeof COUPON_KINDS)[number]

export type LineKind = TillKind | CouponKind

/** The columns of a kind's files. */
export const HEADERS: Record<LineKind, readonly string[]> = {
  ...TILL_HEADERS,
  issues: ['time', 'series', 'serials', 'member'],
  claims: ['time', 'series', 'code', 'member', 'signed_for'],
  rushes: ['time', 'rush', 'series', 'member'],
  handovers: ['time', 'from', 'to', 'coupons', 'note'],
  orders: [
    'time',
    'action',
    'purchase',
    'store',
    'order',
    'member',
    'items',
    'basket',
    'paid_fen',
    'until',
  ],
  refunds: ['time', 'purchase', 'basket', 'reason'],
  returns: ['time', 'receipt', 'member', 'returned_fen'],
  gifts: ['time', 'action', 'gift', 'member', 'basket', 'shares', 'seed', 'until', 'signed_for'],
  offers: ['time', 'action', 'offer', 'member', 'gives', 'wants', 'to', 'until'],
  exchanges: ['time', 'member', 'pays', 'legs', 'quoted_on'],
  auctions: [
    'time',
    'action',
    'auction',
    'member',
    'basket',
    'asset',
    'points',
    'increment',
    'extend_seconds',
    'closes_at',
    'until',
  ],
  requests: ['time', 'action', 'request', 'by', 'from', 'to', 'basket', 'until'],
  sealed: [
    'time',
    'action',
    'auction',
    'member',
    'basket',
    'asset',
    'points',
    'bid',
    'salt',
    'bids_until',
    'closes_at',
    'unrevealed',
    'until',
  ],
  agreements: [
    'time',
    'action',
    'agreement',
    'by',
    'lines',
    'not_before',
    'not_after',
    'after',
    'oracle',
    'oracle_signed',
  ],
}

/** Lines of airline, bank and mall. */
const COUPON_LINES: Record<CouponKind, readonly [number, number, number]> = {
  issues: [400, 1_000, 2_200],
  claims: [0, 260, 320],
  rushes: [0, 0, 1_200],
  handovers: [160, 450, 440],
  orders: [300, 500, 2_900],
  refunds: [40, 60, 450],
  returns: [80, 160, 260],
  gifts: [350, 1_150, 900],
  offers: [220, 780, 600],
  exchanges: [140, 480, 380],
  auctions: [130, 310, 260],
  agreements: [140, 440, 360],
  requests: [120, 300, 280],
  sealed: [100, 260, 260],
}

/** What a day is about, and how much of it there is. */
export interface DayPlan {
  readonly openingDate: string
  readonly tradingDate: string
  readonly kinds: readonly LineKind[]
  /** The tills' player sends one member's lines one after another, so nobody has very many. */
  readonly mostLinesPerMember: number
  lines(organisation: Organisation, kind: LineKind): number
}

/** The days that can be generated, by their trading date. */
export const DAY_PLANS: ReadonlyMap<string, DayPlan> = new Map([
  [
    '2026-12-01',
    {
      openingDate: '2026-11-30',
      tradingDate: '2026-12-01',
      kinds: TILL_KINDS,
      mostLinesPerMember: 105,
      lines: linesOf,
    },
  ],
  [
    '2026-12-02',
    {
      openingDate: '2026-12-01',
      tradingDate: '2026-12-02',
      kinds: [...COUPON_KINDS, ...TILL_KINDS].sort(),
      mostLinesPerMember: 48,
      lines: linesOf,
    },
  ],
])

function linesOf(organisation: Organisation, kind: LineKind): number {
  if (kind === 'earnings' || kind === 'redemptions' || kind === 'transfers') {
    return TRADE[organisation].lines[kind]
  }
  return COUPON_LINES[kind][{ airline: 0, bank: 1, mall: 2 }[organisation]] ?? 0
}
