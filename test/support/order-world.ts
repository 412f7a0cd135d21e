import type { Command, SignedCommand } from '../../ledger/index.ts'
import { giveCoupons, LESS5, openSeries, SPRING } from './coupon-world.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { ANN, BOB, MEMBERS, stockedLedger } from './opened-ledger.ts'
import { accountOf, signed, STAR } from './world.ts'

/** Shopping coupons of 30.00, used as a whole, for food from 40.00 on, one a day; three pay them. */
export const FOOD = 'bank:food30:fen'
/** A deduction of 10 percent, 8.00 at most, that goes with nothing else. */
export const ALONE = 'mall:alone:piece'
/** Shopping coupons that only the mall takes. */
export const OWN = 'mall:own:fen'
/** Shopping coupons from the fifth to the twentieth of December, but not on the tenth. */
export const LATER = 'mall:later:fen'
/** Shopping coupons that are not taken on the opening day and the next. */
export const SHUT = 'mall:shut:fen'

/** A coupon by its series and serial. */
export type Named = readonly [series: string, serial: string]

let made: Promise<MemoryLedger> | undefined

/** The stocked ledger with coupons of every series: each member holds four, `A-1` and so on. */
export async function orderLedger(): Promise<MemoryLedger> {
  made ??= make()
  return (await made).clone()
}

async function make(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await handOutCoupons(ledger)
  return ledger
}

/** Opens every series and gives each member four coupons of it. */
export async function handOutCoupons(ledger: MemoryLedger): Promise<void> {
  await openSeries(ledger, SPRING)
  const shared = ['mall', 'bank'].map((organisation) => ({ organisation, share: 1 }))
  await openSeries(ledger, LESS5, { funders: shared })
  await openSeries(ledger, FOOD, {
    value: { kind: 'shopping', faceFen: '3000', partialUse: false },
    minimumSpendFen: '4000',
    categories: ['food'],
    perMemberDay: 1,
    funders: [
      { organisation: 'bank', share: 3 },
      { organisation: 'mall', share: 2 },
      { organisation: 'airline', share: 2 },
    ],
  })
  await openSeries(ledger, ALONE, {
    value: { kind: 'deduction', discount: { kind: 'percent', percent: 10, capFen: '800' } },
    stacking: { ownPerOrder: 1, otherSeries: false, points: false },
  })
  await openSeries(ledger, OWN, { acceptors: ['mall'] })
  await openSeries(ledger, LATER, {
    validity: { kind: 'window', from: '2026-12-05', until: '2026-12-20' },
    blackouts: [{ from: '2026-12-10', until: '2026-12-10' }],
  })
  await openSeries(ledger, SHUT, { blackouts: [{ from: '2026-11-30', until: '2026-12-01' }] })
  for (const [at, member] of MEMBERS.entries()) {
    const serials = [1, 2, 3, 4].map((number) => `${'ABC'.charAt(at)}-${number}`)
    for (const series of [SPRING, LESS5, FOOD, ALONE, OWN, LATER, SHUT]) {
      await giveCoupons(ledger, series, member, serials)
    }
  }
}

/** The coupons of an order, as its body names them. */
export function couponsOf(...named: readonly Named[]): { series: string; serial: string }[] {
  return named.map(([series, serial]) => ({ series, serial }))
}

export function pointsOf(asset: string, amount: number): { asset: string; amount: string }[] {
  return [{ asset, amount: String(amount) }]
}

/**
 * An order of Ann's at the bank of 120.00, which two coupons and 300 STAR, worth 1.00, pay with
 * 56.00; `change` overrides anything in it.
 */
export function orderBody(
  purchase: string,
  change: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    purchase,
    from: accountOf(ANN),
    store: 'S-1',
    order: `O-${purchase.replace(':', '-')}`,
    amountFen: '12000',
    items: [
      { category: 'food', amountFen: '9000' },
      { category: 'toys', amountFen: '3000' },
    ],
    coupons: couponsOf([LESS5, 'A-1'], [SPRING, 'A-1']),
    points: pointsOf(STAR, 300),
    paidFen: '5600',
    ...change,
  }
}

export function payOrder(
  purchase: string,
  change: Record<string, unknown> = {},
  member = ANN,
): SignedCommand {
  return signed('PayOrder', member, orderBody(purchase, { from: accountOf(member), ...change }))
}

/** A reservation until the tenth of December. */
export function reserveOrder(
  purchase: string,
  change: Record<string, unknown> = {},
  member = ANN,
): SignedCommand {
  const body = { from: accountOf(member), holdUntil: '2026-12-10', ...change }
  return signed('ReserveOrder', member, orderBody(purchase, body))
}

/** The till of the organisation that a purchase is named after. */
function tillOf(purchase: string): string {
  return `${purchase.split(':')[0]}:till`
}

export function confirmOrder(purchase: string, actor = tillOf(purchase)): SignedCommand {
  return signed('ConfirmOrder', actor, { purchase })
}

export function releaseOrder(purchase: string, actor = tillOf(purchase)): SignedCommand {
  return signed('ReleaseOrder', actor, { purchase })
}

/** A refund of coupons, by how much of each, and of points. */
export function refundOrder(
  purchase: string,
  coupons: readonly (readonly [...Named, amount: number])[],
  points: readonly (readonly [asset: string, amount: number])[] = [],
  actor = tillOf(purchase),
): SignedCommand<Command['body']> {
  return signed('RefundOrder', actor, {
    purchase,
    coupons: coupons.map(([series, serial, amount]) => ({
      series,
      serial,
      amount: String(amount),
    })),
    points: points.map(([asset, amount]) => ({ asset, amount: String(amount) })),
    reason: 'goods came back',
  })
}

/** Coupons of Bob's, which he pays a like order with. */
export const BOBS = {
  from: accountOf(BOB),
  coupons: couponsOf([LESS5, 'B-1'], [SPRING, 'B-1']),
} as const
