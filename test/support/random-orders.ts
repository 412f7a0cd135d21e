import * as fc from 'fast-check'
import type { SignedCommand } from '../../ledger/index.ts'
import { addDays, couponKey, ledgerKey, programmeKey, seriesKey } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import { couponDayKey, purchaseKey } from '../../ledger/keys.ts'
import { evaluateOrder } from '../../ledger/order-terms.ts'
import { expireCoupons, LESS5, SPRING, transferCoupons, voidCoupons } from './coupon-world.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { ANN, BOB, CAT, FLASH, issue, MEMBERS, redeem } from './opened-ledger.ts'
import type { Named } from './order-world.ts'
import {
  ALONE,
  confirmOrder,
  couponsOf,
  FOOD,
  LATER,
  OWN,
  payOrder,
  refundOrder,
  releaseOrder,
  reserveOrder,
  SHUT,
} from './order-world.ts'
import { accountOf, command, HUI, signed, STAR, walletOf } from './world.ts'

const ALL_SERIES = [SPRING, SPRING, SPRING, LESS5, LESS5, FOOD, ALONE, OWN, LATER, SHUT]

/** What somebody tries to do with orders, right or wrong; `pick` chooses among the purchases. */
export type OrderStep =
  | {
      readonly kind: 'pay' | 'reserve'
      readonly member: string
      readonly purchase: string
      readonly order: number
      readonly named: readonly Named[]
      readonly points: number
      readonly asset: string
      readonly foodFen: number
      readonly toysFen: number
      readonly days: number
      /** Whether the member asks for a quote first, and takes only what applies. */
      readonly quotes: boolean
    }
  | { readonly kind: 'confirm' | 'release'; readonly pick: number; readonly actor: string }
  | {
      readonly kind: 'refund'
      readonly pick: number
      /** How much of each that was paid, in percent of what is left. */
      readonly percents: readonly number[]
      readonly points: number
    }
  | { readonly kind: 'redeem'; readonly member: string; readonly order: number }
  | { readonly kind: 'award'; readonly member: string }
  | { readonly kind: 'pass'; readonly named: Named; readonly from: string; readonly to: string }
  | { readonly kind: 'expire' | 'void'; readonly named: Named }
  | { readonly kind: 'roll'; readonly days: number }

const member = fc.constantFrom(...MEMBERS)
const purchase = fc
  .tuple(fc.constantFrom('bank', 'bank', 'mall', 'airline'), fc.nat(5))
  .map(([home, number]) => `${home}:p-${number}`)
const serial = fc.integer({ min: 1, max: 4 })
const named: fc.Arbitrary<Named> = fc
  .tuple(fc.constantFrom(...ALL_SERIES), fc.constantFrom('A', 'B', 'C'), serial)
  .map(([series, letter, number]) => [
    series,
    `${letter}-${number}`,
  ]) /** A coupon of the payer's mostly: `own-1` and so on. */
const own: fc.Arbitrary<Named> = fc
  .tuple(fc.constantFrom(...ALL_SERIES), fc.constantFrom('own', 'own', 'own', 'own', 'B'), serial)
  .map(([series, letter, number]) => [series, `${letter}-${number}`])
const asset = fc.constantFrom(STAR, HUI, FLASH)

const step: fc.Arbitrary<OrderStep> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom('pay' as const, 'reserve' as const),
      member,
      purchase,
      order: fc.nat(20),
      named: fc.uniqueArray(own, { maxLength: 4, selector: (one) => one.join('/') }),
      points: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 300 })),
      asset,
      foodFen: fc.integer({ min: 100, max: 15_000 }),
      toysFen: fc.integer({ min: 1, max: 5000 }),
      days: fc.integer({ min: 0, max: 12 }),
      quotes: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('confirm' as const, 'confirm' as const, 'release' as const),
      pick: fc.nat(1000),
      actor: fc.constantFrom('', '', '', ANN),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      pick: fc.nat(1000),
      percents: fc.array(fc.constantFrom(0, 1, 33, 50, 100, 101), { minLength: 4, maxLength: 4 }),
      points: fc.constantFrom(0, 1, 33, 50, 100, 100, 101),
    }),
  },
  fc.record({ kind: fc.constant('redeem' as const), member, order: fc.nat(20) }),
  fc.record({ kind: fc.constant('award' as const), member }),
  fc.record({ kind: fc.constant('pass' as const), named, from: member, to: member }),
  fc.record({
    kind: fc.constantFrom('expire' as const, 'expire' as const, 'void' as const),
    named,
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('roll' as const),
      days: fc.constantFrom(1, 1, 1, 4, 9, 15),
    }),
  },
)

/** Batches of steps, each one transaction. */
export function orderDays(maxBatches: number, maxSteps: number): fc.Arbitrary<OrderStep[][]> {
  return fc.array(fc.array(step, { minLength: 1, maxLength: maxSteps }), {
    minLength: Math.ceil(maxBatches / 2),
    maxLength: maxBatches,
  })
}

/** The signed command of a step, as it fits the ledger before the batch. */
export function commandOf(step: Exclude<OrderStep, { kind: 'roll' }>, ledger: MemoryLedger) {
  switch (step.kind) {
    case 'pay':
    case 'reserve':
      return orderOf(step, ledger)
    case 'confirm':
      return confirmOrder(picked(step, ledger))
    case 'release':
      return step.actor === ''
        ? releaseOrder(picked(step, ledger))
        : releaseOrder(picked(step, ledger), step.actor)
    case 'refund':
      return refundOf(step, ledger)
    case 'redeem': {
      const order = { acceptor: 'bank', order: `O-${step.order}` }
      // Points of the acceptor's own, so that they clear nothing.
      return redeem(HUI, step.member, '1', order)
    }
    case 'award':
      return issue(STAR, step.member, '777')
    case 'pass':
      return transferCoupons(step.named[0], step.from, step.to, [step.named[1]])
    case 'expire':
      return expireCoupons(step.named[0], [step.named[1]])
    default:
      return voidCoupons(step.named[0], [step.named[1]])
  }
}

/** The payer's own coupon where `own` stands. */
function ownedBy(member: string, [series, serial]: Named): Named {
  const letter = 'ABC'.charAt([ANN, BOB, CAT].indexOf(member))
  return [series, serial.replace('own', letter)]
}

function dateOf(ledger: MemoryLedger): string {
  return ledger.get(ledgerKey)?.cycle.date ?? ''
}

function orderOf(
  step: Extract<OrderStep, { kind: 'pay' | 'reserve' }>,
  ledger: MemoryLedger,
): SignedCommand {
  const { purchase, asset, foodFen, toysFen } = step
  const items = [
    { category: 'toys', amountFen: String(toysFen) },
    { category: 'food', amountFen: String(foodFen) },
  ]
  const body = {
    order: `O-${step.order}`,
    amountFen: String(foodFen + toysFen),
    items,
    coupons: couponsOf(...step.named.map((one) => ownedBy(step.member, one))),
    points: step.points === 0 ? [] : [{ asset, amount: String(step.points) }],
  }
  const quoted = quote(step, body, ledger)
  if (step.kind === 'pay') return payOrder(purchase, { ...body, ...quoted }, step.member)
  const holdUntil = addDays(dateOf(ledger), step.days)
  return reserveOrder(purchase, { ...body, ...quoted, holdUntil }, step.member)
}

interface Offered {
  readonly items: readonly { readonly category: string; readonly amountFen: string }[]
  readonly coupons: readonly { readonly series: string; readonly serial: string }[]
  readonly points: readonly { readonly asset: string; readonly amount: string }[]
}

function quote(
  { member, purchase, quotes }: Extract<OrderStep, { kind: 'pay' | 'reserve' }>,
  { items, coupons, points }: Offered,
  ledger: MemoryLedger,
): Record<string, unknown> {
  const today = dateOf(ledger)
  const account = accountOf(member)
  const order = {
    acceptor: purchase.split(':')[0] ?? '',
    account,
    today,
    items: items.map(({ category, amountFen }) => ({ category, amountFen: BigInt(amountFen) })),
  }
  const evaluation = evaluateOrder(
    order,
    coupons.map(({ series, serial }) => {
      const day = ledger.get(couponDayKey(series, account))
      return {
        series,
        serial,
        terms: ledger.get(seriesKey(series)),
        coupon: ledger.get(couponKey(series, serial)),
        usedToday: day?.date === today ? day.count : 0,
      }
    }),
    points.map(({ asset, amount }) => ({
      asset,
      amount: BigInt(amount),
      programme: ledger.get(programmeKey(asset)),
    })),
  )
  const paidFen = evaluation.paidFen === 0n ? '1' : String(evaluation.paidFen)
  if (!quotes) return { paidFen }
  return {
    paidFen,
    coupons: evaluation.coupons.flatMap(({ series, serial, verdict }) =>
      verdict.ok ? [{ series, serial }] : [],
    ),
    points: evaluation.points.flatMap(({ asset, amount, verdict }) =>
      verdict.ok ? [{ asset, amount: String(amount) }] : [],
    ),
  }
}

/** One of the purchases that there are. */
function picked({ pick }: { readonly pick: number }, ledger: MemoryLedger): string {
  const ids = [...ledger.state.keys()].filter((name) => name.startsWith('purchase/')).sort()
  return ids[pick % Math.max(ids.length, 1)]?.slice(9) ?? 'bank:p-none'
}

function part(whole: bigint, percent: number): number {
  return Math.ceil((Number(whole) * percent) / 100)
}

function refundOf(
  { pick, percents, points }: Extract<OrderStep, { kind: 'refund' }>,
  ledger: MemoryLedger,
): SignedCommand {
  const id = picked({ pick }, ledger)
  const purchase = ledger.get(purchaseKey(id))
  const coupons = (purchase?.coupons ?? []).map(({ series, serial, amount, refunded }, at) => {
    return [series, serial, part(amount - refunded, percents[at] ?? 0)] as const
  })
  const paid = (purchase?.points ?? []).map(({ asset, lots, refunded }) => {
    const whole = lots.reduce((sum, { amount }) => sum + amount, 0n)
    return [asset, part(whole - refunded, points)] as const
  })
  return refundOrder(
    id,
    coupons.filter(([, , amount]) => amount > 0),
    paid.filter(([, amount]) => amount > 0),
  )
}

/** The commands that move the business date on by some days. */
export function rolls(days: number, ledger: MemoryLedger): SignedCommand[] {
  let from = ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
  return Array.from({ length: days }, () => {
    const to = { date: addDays(from.date, 1), number: 1 }
    const made = command('RollBusinessDate', 'mall:finance-1', { from, to })
    from = to
    return signCommand(made, walletOf('mall:finance-1'), walletOf('bank:finance-1'))
  })
}

/** Points past their date are booked out. */
export function expiries(): SignedCommand[] {
  return [ANN, BOB, CAT].flatMap((member) =>
    [STAR, HUI, FLASH].map((asset) =>
      signed('ExpirePoints', ANN, { asset, account: accountOf(member) }),
    ),
  )
}
