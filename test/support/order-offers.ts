import type {
  Coupon,
  CouponSeries,
  OfferedCoupon,
  OfferedPoints,
  PointsProgramme,
} from '../../ledger/index.ts'
import type { Evaluation, OrderFacts } from '../../ledger/order-terms.ts'

export const TODAY = '2026-12-01'
export const ANN = 'mall:a-ann'

/** A series of the mall's that mall and bank accept; `change` overrides anything in it. */
export function series(id: string, change: Partial<CouponSeries> = {}): CouponSeries {
  const value = id.endsWith(':fen')
    ? ({ kind: 'shopping', faceFen: 5000n, partialUse: true } as const)
    : ({ kind: 'deduction', discount: { kind: 'amount', fen: 500n } } as const)
  return {
    id,
    issuer: 'mall',
    name: id,
    value,
    minimumSpendFen: 0n,
    validity: { kind: 'days', days: 30 },
    blackouts: [],
    acceptors: ['mall', 'bank'],
    categories: [],
    funders: [{ organisation: 'mall', share: 1 }],
    transferable: true,
    giftable: true,
    auctionable: true,
    stacking: { ownPerOrder: 5, otherSeries: true, points: true },
    perMember: null,
    perMemberDay: null,
    budget: 1_000_000n,
    stopped: false,
    ...change,
  }
}

export const SHOP = series('mall:shop:fen')
export const WHOLE = series('mall:whole:fen', {
  value: { kind: 'shopping', faceFen: 5000n, partialUse: false },
})
export const LESS = series('mall:less:piece')
export const PERCENT = series('mall:percent:piece', {
  value: { kind: 'deduction', discount: { kind: 'percent', percent: 15, capFen: 2000n } },
})

/** A coupon of Ann's, offered for an order. */
export function offer(
  terms: CouponSeries,
  serial: string,
  change: Partial<Coupon> = {},
  usedToday = 0,
): OfferedCoupon {
  const amount = terms.value.kind === 'shopping' ? terms.value.faceFen : 1n
  const coupon: Coupon = {
    account: ANN,
    state: 'held',
    amount,
    validFrom: '2026-11-01',
    expires: '2026-12-31',
    ...change,
  }
  return { series: terms.id, serial, terms, coupon, usedToday }
}

export const STAR: PointsProgramme = {
  id: 'mall:star:point',
  issuer: 'mall',
  name: 'star',
  pointsPerYuan: { numerator: 1n, denominator: 1n },
  pricePerPoint: { numerator: 10_000n, denominator: 3n },
  expiresAfterMonths: 12,
  transferable: true,
  budget: 1_000_000n,
  acceptors: ['mall', 'bank'],
  partners: [],
}

/** STAR points, of which three are worth a fen. */
export function points(amount: bigint, change: Partial<OfferedPoints> = {}): OfferedPoints {
  return { asset: STAR.id, amount, programme: STAR, ...change }
}

/** An order of Ann's at the bank. */
export function order(
  ...items: readonly (readonly [category: string, amountFen: bigint])[]
): OrderFacts {
  return {
    acceptor: 'bank',
    account: ANN,
    items: items.map(([category, amountFen]) => ({ category, amountFen })),
    today: TODAY,
  }
}

function word(name: string, verdict: Evaluation['coupons'][number]['verdict']): string {
  return `${name} ${verdict.ok ? String(verdict.fen) : verdict.code}`
}

/** What each pays, in order, or the code by which it does not. */
export function told({ coupons, points, paidFen }: Evaluation): string[] {
  return [
    ...coupons.map(({ serial, verdict }) => word(serial, verdict)),
    ...points.map(({ asset, verdict }) => word(asset, verdict)),
    `paid ${String(paidFen)}`,
  ]
}
