import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import { BasketText, basketCoupons, basketDebits, basketTerms } from './basket.ts'
import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import type { Command } from './command.ts'
import { daysUsed, dayWrites } from './coupon-day.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId } from './identifiers.ts'
import { AccountIdText, ContractIdText, organisationOf, ReferenceText } from './identifiers.ts'
import type { Key } from './keys.ts'
import {
  accountKey,
  couponDayKey,
  couponKey,
  orderKey,
  programmeKey,
  purchaseKey,
  seriesKey,
} from './keys.ts'
import { sumLots, takeAvailable } from './lot.ts'
import type { Evaluation, OrderItem } from './order-terms.ts'
import { evaluateOrder } from './order-terms.ts'
import type { PaidCoupon, PaidPoints, Purchase } from './purchase.ts'
import type { Account } from './records.ts'
import type { CommandRule, DecisionContext, RecordWrite, SubjectReader } from './rule.ts'
import { write } from './rule.ts'
import { refuseShort, shortfall } from './sufficiency.ts'

const MAX_ITEMS = 50

/** What an order is about, whether it is only asked for or signed. */
export const ORDER_FACTS = {
  from: AccountIdText,
  amountFen: PositiveAmount,
  items: Type.Array(
    Type.Object(
      {
        category: Type.String({ minLength: 1, maxLength: 40, examples: ['food'] }),
        amountFen: PositiveAmount,
      },
      { additionalProperties: false },
    ),
    { minItems: 1, maxItems: MAX_ITEMS, description: 'what is bought; in all the amount' },
  ),
  ...BasketText.properties,
} as const

/** An order as a member signs it: who is paid stands in front of the purchase's id. */
export const ORDER_FIELDS = {
  purchase: ContractIdText,
  store: ReferenceText,
  order: ReferenceText,
  ...ORDER_FACTS,
  paidFen: Type.String({
    pattern: '^[1-9][0-9]{0,15}$',
    description: 'what coupons and points pay together, as a quote says it',
    examples: ['6000'],
  }),
} as const

const OrderText = Type.Object(ORDER_FIELDS)

export type OrderBody = Static<typeof OrderText>

/** Subjects, debits and reads of a command that pays or reserves an order. */
export const ORDER_SCOPE = {
  subjects: (body: OrderBody) => [purchaseKey(body.purchase), ...basketTerms(body)],
  home: () => undefined,
  debits: (body: OrderBody) => basketDebits(body.from, body),
  payer: ({ from }: OrderBody) => from,
  reads: ({ body }: Command<OrderBody>, _context: unknown, subject: SubjectReader) => [
    accountKey(body.from),
    orderKey(organisationOf(body.purchase), body.order, body.from),
    ...basketCoupons(body),
    ...dayKeys(body, subject),
  ],
} as const satisfies Partial<CommandRule<typeof OrderText>>

/** The counts of the series that have a daily cap, or may have one where terms are not known. */
function dayKeys({ from, coupons }: OrderBody, subject: SubjectReader): Key<unknown>[] {
  return coupons
    .filter(({ series }) => subject(seriesKey(series))?.perMemberDay !== null)
    .map(({ series }) => couponDayKey(series, from))
}

/** An order that is paid or reserved by a command: nothing can be refused any more. */
export interface TakenOrder {
  readonly ok: true
  /** The purchase as it will be, but for what hangs on whether it is paid or reserved. */
  readonly purchase: Omit<Purchase, 'status' | 'dueOn' | 'keeps'>
  /** The coupons, each in full, and the lots. */
  readonly whole: BasketContent
  /** That the order is paid, and how many coupons were used today. */
  readonly writes: readonly RecordWrite[]
}

/**
 * Refuses, in this order, what is not there, who may not, and an order that contradicts itself or
 * is paid.
 */
export function refuseOrder(
  { actor, body }: Command<OrderBody>,
  state: StateView,
): Refusal | undefined {
  const payer = state.get(accountKey(body.from))
  if (payer === undefined) return refuse('ACCOUNT_UNKNOWN', { id: body.from })
  return (
    refuseUnknown(body, state) ??
    (payer.owner === actor ? undefined : refuse('NOT_AUTHORISED')) ??
    refuseContradiction(body, state)
  )
}

/**
 * Finds what an order takes that was not refused. Refuses what does not apply by the terms, another
 * total than was signed, and what is short.
 */
export function takeOrder(
  command: Command<OrderBody>,
  state: StateView,
  context: DecisionContext,
): TakenOrder | Refusal {
  const { body } = command
  const payer = state.get(accountKey(body.from))
  if (payer === undefined) throw new Error(`no such account: ${body.from}`)
  const evaluation = evaluate(body, state, context)
  const declined =
    refuseInapplicable(evaluation, BigInt(body.paidFen)) ??
    refuseShortPoints(body, payer, state, context)
  if (declined !== undefined) return declined
  return taken(command, evaluation, state, context)
}

function refuseUnknown({ purchase, points, coupons }: OrderBody, state: StateView) {
  for (const { asset } of points) {
    if (state.get(programmeKey(asset)) === undefined) return refuse('ASSET_UNKNOWN', { asset })
  }
  for (const { series, serial } of coupons) {
    if (state.get(seriesKey(series)) === undefined) {
      return refuse('ASSET_UNKNOWN', { asset: series })
    }
    if (state.get(couponKey(series, serial)) === undefined) {
      return refuse('COUPON_UNKNOWN', { series, serial })
    }
  }
  if (state.get(purchaseKey(purchase)) === undefined) return undefined
  return refuse('CONTRACT_EXISTS', { id: purchase })
}

function refuseContradiction(body: OrderBody, state: StateView): Refusal | undefined {
  const { purchase, from, order, points, coupons, amountFen } = body
  if (points.length + coupons.length === 0) return refuse('BASKET_EMPTY')
  const twice = points.find(({ asset }, at) => points.slice(0, at).some((p) => p.asset === asset))
  if (twice !== undefined) return refuse('ASSET_TWICE', { asset: twice.asset })
  const sum = itemsOf(body).reduce((total, item) => total + item.amountFen, 0n)
  if (sum !== BigInt(amountFen)) return refuse('ORDER_AMOUNT_DIFFERS', { items: String(sum) })
  const paid = orderKey(organisationOf(purchase), order, from)
  return state.get(paid) === undefined ? undefined : refuse('ORDER_PAID', { order })
}

/** An order's items with their amounts as numbers to reckon with. */
export function itemsOf({ items }: Pick<OrderBody, 'items'>): OrderItem[] {
  return items.map(({ category, amountFen }) => ({ category, amountFen: BigInt(amountFen) }))
}

function evaluate(body: OrderBody, state: StateView, context: DecisionContext): Evaluation {
  const { purchase, from, coupons, points } = body
  const today = context.ledger.cycle.date
  const order = { acceptor: organisationOf(purchase), account: from, items: itemsOf(body), today }
  const offered = coupons.map(({ series, serial }) => {
    const terms = state.get(seriesKey(series))
    const coupon = state.get(couponKey(series, serial))
    const usedToday = terms === undefined ? 0 : daysUsed(terms, from, today, state)
    return { series, serial, terms, coupon, usedToday }
  })
  const offeredPoints = points.map(({ asset, amount }) => ({
    asset,
    amount: BigInt(amount),
    programme: state.get(programmeKey(asset)),
  }))
  return evaluateOrder(order, offered, offeredPoints)
}

/** All that is offered has to apply, and to pay what was signed. */
function refuseInapplicable(
  { coupons, points, paidFen }: Evaluation,
  signedFen: bigint,
): Refusal | undefined {
  for (const { verdict } of [...coupons, ...points]) if (!verdict.ok) return verdict
  if (paidFen === signedFen) return undefined
  return refuse('QUOTE_CHANGED', { paidFen: String(paidFen) })
}

function refuseShortPoints(
  { points }: OrderBody,
  payer: Account,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const today = context.ledger.cycle.date
  for (const { asset, amount } of points) {
    const short = shortfall(state.lots(payer.id, asset), BigInt(amount), today)
    if (short !== undefined) return refuseShort(short, payer, asset, state, context)
  }
  return undefined
}

function taken(
  { actor, id, body }: Command<OrderBody>,
  evaluation: Evaluation,
  state: StateView,
  context: DecisionContext,
): TakenOrder {
  const { purchase, from, store, order, amountFen } = body
  const acceptor = organisationOf(purchase)
  const today = context.ledger.cycle.date
  const coupons = evaluation.coupons.flatMap(paidCoupon)
  const points = evaluation.points.map((offered) => paidPoints(offered, from, state, today))
  return {
    ok: true,
    purchase: {
      parties: [from, acceptor],
      account: from,
      acceptor,
      store,
      order,
      amountFen: BigInt(amountFen),
      paidFen: evaluation.paidFen,
      usedOn: today,
      coupons,
      points,
    },
    whole: {
      points: points.map(({ asset, lots }) => ({ asset, lots })),
      coupons: evaluation.coupons.map(({ series, serial, coupon }) => ({
        series,
        serial,
        amount: coupon?.amount ?? 0n,
      })),
    },
    writes: [
      write(orderKey(acceptor, order, from), { actor, commandId: id }),
      ...dayWrites(coupons, { account: from, today, change: 1 }, state),
    ],
  }
}

function paidCoupon({
  series,
  serial,
  terms,
  verdict,
}: Evaluation['coupons'][number]): PaidCoupon[] {
  if (terms === undefined || !verdict.ok) return []
  const amount = terms.value.kind === 'shopping' ? verdict.fen : 1n
  return [{ series, serial, amount, fen: verdict.fen, refunded: 0n }]
}

function paidPoints(
  { asset, amount, verdict }: Evaluation['points'][number],
  from: AccountId,
  state: StateView,
  today: string,
): PaidPoints {
  const lots = takeAvailable(state.lots(from, asset), amount, today)
  return { asset, lots, fen: verdict.ok ? verdict.fen : 0n, refunded: 0n }
}

/** What an order is paid with, out of what was taken whole. */
export function usedOf({ coupons, points }: Pick<Purchase, 'coupons' | 'points'>): BasketContent {
  return {
    points: points.map(({ asset, lots }) => ({ asset, lots })),
    coupons: coupons.map(({ series, serial, amount }) => ({ series, serial, amount })),
  }
}

/** How many points an order is paid with. */
export function pointsIn({ lots }: PaidPoints): bigint {
  return sumLots(lots)
}
