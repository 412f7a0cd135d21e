import type { Organisation } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { LAST_DAY, wordOf } from './expected-coupons.ts'
import type { ExpectedCoupon } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { isUsable, payItems } from './order-payment.ts'
import type { Item, Payment } from './order-payment.ts'

export interface OrderLine {
  readonly time: string
  readonly action: 'pay' | 'reserve' | 'confirm' | 'release'
  readonly purchase: string
  readonly store: string
  readonly order: string
  readonly member: string
  readonly items: string
  readonly basket: string
  readonly paidFen: string
  readonly until: string
}

/** An order that was reserved or paid. */
export interface Purchase {
  readonly line: OrderLine
  readonly payment: Payment
  /** What was given back, by the word of the coupon or the asset. */
  readonly refunded: Map<string, bigint>
}

/** The purchases of each organisation. */
export type Purchases = Map<Organisation, Purchase[]>

const CATEGORIES: Record<Organisation, readonly string[]> = {
  airline: ['travel', 'travel', 'food'],
  bank: ['gifts', 'food', 'books'],
  mall: ['food', 'food', 'clothes', 'toys'],
}

const MEDIAN_FEN: Record<Organisation, number> = { airline: 60_000, bank: 9_000, mall: 9_000 }

/** Makes the lines of orders files; what is paid goes to `paid`, for refunds. */
export function orderMaker(paid: Purchases): LineMaker<OrderLine> {
  const reserved: Purchases = new Map()
  const payments = new Map<OrderLine, Payment>()
  return {
    flaws: orderFlaws(paid, reserved),
    plain: (day, slot) => {
      const waiting = reserved.get(slot.organisation) ?? []
      if (waiting.length > 3 && day.random.chance(0.3)) {
        const action = day.random.chance(0.75) ? 'confirm' : 'release'
        return followUp(slot, day.random.pick(waiting), action)
      }
      const { line, payment } = drawOrder(day, slot)
      payments.set(line, payment)
      return line
    },
    book: (day, slot, line) => {
      const payment = payments.get(line)
      if (payment !== undefined) {
        if (payment.coupons.length + payment.points.length === 0) return
        take(day, slot, line, payment)
        keep(line.action === 'pay' ? paid : reserved, slot, { line, payment, refunded: new Map() })
        return
      }
      const waiting = reserved.get(slot.organisation) ?? []
      const purchase = waiting.find((one) => one.line.purchase === line.purchase)
      if (purchase === undefined) return
      reserved.set(
        slot.organisation,
        waiting.filter((one) => one !== purchase),
      )
      settle(day, purchase, line.action)
      if (line.action === 'confirm') keep(paid, slot, purchase)
    },
    members: ({ member }) => [member],
    fields: (line) => [
      line.time,
      line.action,
      line.purchase,
      line.store,
      line.order,
      line.member,
      line.items,
      line.basket,
      line.paidFen,
      line.until,
    ],
  }
}

function keep(purchases: Purchases, slot: Slot, purchase: Purchase): void {
  purchases.set(slot.organisation, [...(purchases.get(slot.organisation) ?? []), purchase])
}

/** A reserved coupon is kept whole; of one that is used in part the rest stays with the member. */
function take(day: Day, slot: Slot, { action, member }: OrderLine, payment: Payment): void {
  for (const { coupon, amount } of payment.coupons) {
    if (action === 'reserve') coupon.state = 'away'
    else use(coupon, amount)
  }
  for (const { asset, amount } of payment.points) {
    day.holdings.take(member, asset, amount, slot.date)
  }
}

function use(coupon: ExpectedCoupon, amount: bigint): void {
  coupon.amount -= amount
  coupon.state = coupon.amount > 0n ? 'held' : 'used'
}

function settle(day: Day, { line, payment }: Purchase, action: OrderLine['action']): void {
  for (const { coupon, amount } of payment.coupons) {
    if (action === 'confirm') use(coupon, amount)
    else coupon.state = 'held'
  }
  if (action === 'confirm') return
  for (const { asset, amount } of payment.points) {
    day.holdings.add(line.member, asset, { points: amount, lastDay: '', availableFrom: '' })
  }
}

function drawOrder(day: Day, slot: Slot): { readonly line: OrderLine; readonly payment: Payment } {
  const { random } = day
  const store = day.drawStore(slot.organisation)
  const number = String(day.nextNumber(`purchases ${slot.organisation}`)).padStart(5, '0')
  const first = day.coupons.draw((one) => isUsable(one, slot))
  const member = first?.member ?? day.population.draw().id
  const items = Array.from({ length: 1 + random.below(3) }, (): Item => {
    const fen = Math.floor(random.logNormal(MEDIAN_FEN[slot.organisation], 0.8))
    return {
      category: random.pick(CATEGORIES[slot.organisation]),
      fen: BigInt(Math.max(fen, 200)),
    }
  })
  const others = day.coupons.of(member).filter((one) => one !== first && isUsable(one, slot))
  const offered = [...(first === null ? [] : [first]), ...others.slice(0, random.below(3))]
  const payment = payItems(day, slot, { member, items }, offered)
  const isLasting = payment.coupons.every(({ coupon }) => coupon.series.lastDay >= LAST_DAY)
  const isReserved = random.chance(0.28) && isLasting
  const line: OrderLine = {
    time: slot.time,
    action: isReserved ? 'reserve' : 'pay',
    purchase: `${slot.organisation}:p-${number}`,
    store,
    order: `${store}-c${number}`,
    member,
    items: items.map(({ category, fen }) => `${category}=${fen}`).join(' '),
    basket: basketOf(payment),
    paidFen: String(payment.paidFen === 0n ? 1n : payment.paidFen),
    until: isReserved ? LAST_DAY : '',
  }
  return { line, payment }
}

function basketOf({ points, coupons }: Payment): string {
  const words = points.map(({ asset, amount }) => `${asset}=${amount}`)
  return [...words, ...coupons.map(({ coupon }) => wordOf(coupon))].join(' ')
}

function followUp(slot: Slot, { line }: Purchase, action: 'confirm' | 'release'): OrderLine {
  return {
    ...line,
    time: slot.time,
    action,
    items: '',
    basket: '',
    paidFen: '',
    until: '',
  }
}

function orderFlaws(paid: Purchases, reserved: Purchases): LineMaker<OrderLine>['flaws'] {
  const drawFrom = (pool: Purchases, day: Day, slot: Slot): Purchase | null => {
    const purchases = pool.get(slot.organisation) ?? []
    return purchases.length === 0 ? null : day.random.pick(purchases)
  }
  const isNew = ({ action }: OrderLine): boolean => action === 'pay' || action === 'reserve'
  return {
    'paid already': {
      count: 30,
      spoil: (day, slot, line) => {
        const first = drawFrom(paid, day, slot)
        if (first === null || !isNew(line)) return null
        return { ...line, member: first.line.member, order: first.line.order }
      },
    },
    'confirmed when it is paid': {
      count: 20,
      spoil: (day, slot) => {
        const purchase = drawFrom(paid, day, slot)
        return purchase && followUp(slot, purchase, 'confirm')
      },
    },
    'other figures': {
      count: 24,
      spoil: (_day, _slot, line) =>
        isNew(line) ? { ...line, paidFen: String(BigInt(line.paidFen) + 1n) } : null,
    },
    'a coupon that is reserved': {
      count: 24,
      spoil: (day, slot, line) => {
        const coupon = drawFrom(reserved, day, slot)?.payment.coupons[0]?.coupon
        if (coupon === undefined || !isNew(line)) return null
        return { ...line, member: coupon.member, basket: wordOf(coupon), order: `${line.order}x` }
      },
    },
    'a coupon that cannot be used': {
      count: 70,
      spoil: (day, slot, line) => {
        const coupon = day.coupons.draw((one) => !isUsable(one, slot))
        if (coupon === null || !isNew(line)) return null
        return { ...line, member: coupon.member, basket: wordOf(coupon) }
      },
    },
    'too little for the coupon': {
      count: 40,
      spoil: (day, slot, line) => {
        const coupon = day.coupons.draw((one) => isUsable(one, slot) && one.series.minimum > 0n)
        if (coupon === null || !isNew(line)) return null
        const { member } = coupon
        return { ...line, member, items: 'food=900', basket: wordOf(coupon), paidFen: '500' }
      },
    },
  }
}
