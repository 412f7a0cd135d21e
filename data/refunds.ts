import type { Slot } from './day-slots.ts'
import { wordOf } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import type { UsedCoupon } from './order-payment.ts'
import type { Purchase, Purchases } from './orders.ts'

interface Refund {
  readonly time: string
  readonly purchase: string
  readonly basket: string
  readonly reason: string
}

/** What a refund gives back: words with their amounts. */
type Parts = readonly (readonly [word: string, amount: bigint])[]

const REASONS = ['goods came back', '退货', 'wrong size', 'sold out, sorry']

/** Makes the lines of refunds files, about purchases that were paid. */
export function refundMaker(paid: Purchases): LineMaker<Refund> {
  const planned = new Map<Refund, { readonly purchase: Purchase; readonly parts: Parts }>()
  return {
    flaws: {
      'more than was paid': {
        count: 24,
        spoil: (_day, _slot, line) => ({
          ...line,
          basket: line.basket.replace(/=(\d+)/, (_all, amount: string) => `=9${amount}`),
        }),
      },
      'unknown purchase': {
        count: 10,
        spoil: (_day, slot, line) => ({ ...line, purchase: `${slot.organisation}:p-none` }),
      },
      'nothing named': { count: 8, spoil: (_day, _slot, line) => ({ ...line, basket: '' }) },
    },
    plain: (day, slot) => {
      const purchases = paid.get(slot.organisation) ?? []
      const purchase = purchases.length === 0 ? undefined : day.random.pick(purchases)
      const parts = purchase === undefined ? [] : partsOf(day, purchase)
      const line = {
        time: slot.time,
        purchase: purchase?.line.purchase ?? `${slot.organisation}:p-none`,
        basket: parts.map(([word, amount]) => `${word}=${amount}`).join(' '),
        reason: day.random.pick(REASONS),
      }
      if (purchase !== undefined) planned.set(line, { purchase, parts })
      return line
    },
    book: (day, _slot, line) => {
      const plan = planned.get(line)
      if (plan !== undefined && canRefund(plan.purchase, plan.parts)) giveBack(day, plan)
    },
    members: () => [],
    fields: ({ time, purchase, basket, reason }) => [time, purchase, basket, reason],
  }
}

/** All that is not refunded yet, or half of the first of it. */
function partsOf(day: Day, { payment, refunded }: Purchase): Parts {
  const all = [
    ...payment.coupons.map(({ coupon, amount }) => [wordOf(coupon), amount] as const),
    ...payment.points.map(({ asset, amount }) => [asset, amount] as const),
  ]
    .map(([word, amount]) => [word, amount - (refunded.get(word) ?? 0n)] as const)
    .filter(([, amount]) => amount > 0n)
  const [first] = all
  if (first === undefined || day.random.chance(0.5)) return all
  return [[first[0], (first[1] + 1n) / 2n]]
}

function canRefund({ payment, line }: Purchase, parts: Parts): boolean {
  const words = new Set(parts.map(([word]) => word))
  return payment.coupons
    .filter(({ coupon }) => words.has(wordOf(coupon)))
    .every(({ coupon }) => coupon.member === line.member && coupon.state !== 'away')
}

function giveBack(
  day: Day,
  { purchase, parts }: { readonly purchase: Purchase; readonly parts: Parts },
): void {
  const { payment, refunded, line } = purchase
  for (const [word, amount] of parts) {
    refunded.set(word, (refunded.get(word) ?? 0n) + amount)
    const used = payment.coupons.find(({ coupon }) => wordOf(coupon) === word)
    if (used !== undefined) restore(used, amount)
    else day.holdings.add(line.member, word, { points: amount, lastDay: '', availableFrom: '' })
  }
}

function restore({ coupon }: UsedCoupon, amount: bigint): void {
  coupon.amount += amount
  coupon.state = 'held'
}

interface Return {
  readonly time: string
  readonly receipt: string
  readonly member: string
  readonly returnedFen: string
}

/** Makes the lines of returns files: goods come back, and points that were awarded for them. */
export function returnMaker(): LineMaker<Return> {
  return {
    flaws: {
      'more than was bought': {
        count: 20,
        spoil: (_day, _slot, line) => ({ ...line, returnedFen: `9${line.returnedFen}0` }),
      },
      'receipt without an award': {
        count: 10,
        spoil: (_day, slot, line) => ({ ...line, receipt: `${slot.organisation}-none` }),
      },
    },
    plain: (day, slot) => {
      const own = day.receipts.filter((one) => one.organisation === slot.organisation)
      const none = { receipt: `${slot.organisation}-none`, amountFen: '1', returnedFen: 0n }
      const award =
        own.length === 0 ? { ...none, member: day.population.draw().id } : day.random.pick(own)
      const left = BigInt(award.amountFen) - award.returnedFen
      const part = day.random.chance(0.5) ? left : (left + 2n) / 3n
      return {
        time: slot.time,
        receipt: award.receipt,
        member: award.member,
        returnedFen: String(part > 0n ? part : 1n),
      }
    },
    book: bookReturn,
    members: ({ member }) => [member],
    fields: ({ time, receipt, member, returnedFen }) => [time, receipt, member, returnedFen],
  }
}

/** No more is counted on of what the whole award came to. */
function bookReturn(day: Day, slot: Slot, { receipt, returnedFen }: Return): void {
  const award = day.receipts.find(
    (one) => one.organisation === slot.organisation && one.receipt === receipt,
  )
  const fen = BigInt(returnedFen)
  if (award === undefined || award.returnedFen + fen > BigInt(award.amountFen)) return
  award.returnedFen += fen
  const due = (award.points * fen) / BigInt(award.amountFen) + 1n
  day.holdings.drop(award.member, award.asset, due, slot.date)
}
