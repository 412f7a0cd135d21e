import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Coupon, CouponSeries } from '../../ledger/index.ts'
import { couponDebts, pointsDebt } from '../../ledger/order-clearing.ts'
import type { Evaluation, OrderItem } from '../../ledger/order-terms.ts'
import { evaluateOrder } from '../../ledger/order-terms.ts'
import { STAR, offer, order, points, series, told } from '../support/order-offers.ts'

const fen = (max: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 1n, max: BigInt(max) })
const category = fc.constantFrom('food', 'toys', 'books')
const item: fc.Arbitrary<OrderItem> = fc.record({ category, amountFen: fen(9000) })

const items = fc.array(item, { minLength: 1, maxLength: 4 })

const anySeries = fc
  .record({
    code: fc.constantFrom('a', 'b', 'c', 'd'),
    kind: fc.constantFrom('partial', 'whole', 'amount', 'percent'),
    fen: fen(6000),
    percent: fc.integer({ min: 1, max: 100 }),
    minimum: fen(8000),
    categories: fc.uniqueArray(category, { maxLength: 2 }),
    ownPerOrder: fc.integer({ min: 1, max: 3 }),
    otherSeries: fc.boolean(),
    points: fc.boolean(),
    shares: fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ code, kind, ...terms }) => {
    const isShopping = kind === 'partial' || kind === 'whole'
    const discount =
      kind === 'amount'
        ? ({ kind, fen: terms.fen } as const)
        : ({ kind: 'percent', percent: terms.percent, capFen: terms.fen } as const)
    return series(`mall:${code}-${kind}:${isShopping ? 'fen' : 'piece'}`, {
      value: isShopping
        ? { kind: 'shopping', faceFen: terms.fen, partialUse: kind === 'partial' }
        : { kind: 'deduction', discount },
      minimumSpendFen: terms.minimum,
      categories: terms.categories,
      stacking: terms,
      funders: terms.shares.map((share, at) => ({ organisation: `org-${at}`, share })),
    })
  })

const wallet = fc
  .uniqueArray(anySeries, { maxLength: 4, selector: ({ id }) => id })
  .chain((all) =>
    fc.tuple(...all.map((terms) => fc.integer({ min: 1, max: 3 }).map((n) => ({ terms, n })))),
  )
  .map((all) =>
    all.flatMap(({ terms, n }) =>
      Array.from({ length: n }, (_, at) => offer(terms, `${terms.id}-${at}`)),
    ),
  )

function sumOf(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, one) => sum + one, 0n)
}

interface Applied {
  readonly terms: CouponSeries
  readonly coupon: Coupon
  readonly fen: bigint
}

/** What is wrong with an evaluation, by its own terms. */
function faultsOf({ coupons, points, paidFen }: Evaluation, of: readonly OrderItem[]): string[] {
  const applied = coupons.flatMap(({ terms, coupon, verdict }): Applied[] =>
    verdict.ok && terms !== undefined && coupon !== undefined
      ? [{ terms, coupon, fen: verdict.fen }]
      : [],
  )
  const spent = points.flatMap(({ amount, verdict }) =>
    verdict.ok ? [{ amount, fen: verdict.fen }] : [],
  )
  const unwilling = applied.some(({ terms }) => !terms.stacking.points)
  return [
    ...(sumOf([...applied, ...spent].map((one) => one.fen)) === paidFen ? [] : ['the sum']),
    ...(paidFen <= sumOf(of.map(({ amountFen }) => amountFen)) ? [] : ['more than the order']),
    ...(unwilling && spent.length > 0 ? ['beside points'] : []),
    ...applied.flatMap((one) => [...stackingFaults(one, applied), ...worthFaults(one, of)]),
    ...(spent.every(isCleared) ? [] : ['points']),
  ]
}

/** Of points the issuer owes no less than they paid, and less than a fen more. */
function isCleared({ amount, fen }: { readonly amount: bigint; readonly fen: bigint }): boolean {
  const { amount: owed } = pointsDebt(STAR, amount)
  return owed >= fen * 10_000n && owed < (fen + 1n) * 10_000n
}

function stackingFaults({ terms }: Applied, applied: readonly Applied[]): string[] {
  const { id, stacking } = terms
  const ids = applied.map((one) => one.terms.id)
  const isOver = ids.filter((other) => other === id).length > stacking.ownPerOrder
  const isBeside = !stacking.otherSeries && new Set(ids).size > 1
  return [...(isOver ? [`${id} too often`] : []), ...(isBeside ? [`${id} beside others`] : [])]
}

function worthFaults({ terms, coupon, fen }: Applied, of: readonly OrderItem[]): string[] {
  const { id, value, categories, minimumSpendFen } = terms
  const covered = of.filter(
    ({ category }) => categories.length === 0 || categories.includes(category),
  )
  const most = sumOf(covered.map(({ amountFen }) => amountFen))
  const isShopping = value.kind === 'shopping'
  const isWrong = isShopping && (value.partialUse ? fen > coupon.amount : fen !== coupon.amount)
  return [
    ...(fen > most || most < minimumSpendFen ? [`${id} beyond its items`] : []),
    ...(isWrong ? [`${id} beyond its face`] : []),
  ]
}

describe('random orders', () => {
  test('are never paid more than they come to, by what goes together alone', () => {
    let paid = 0
    fc.assert(
      fc.property(
        items,
        wallet,
        fc.option(fen(30_000), { nil: undefined }),
        (of, coupons, some) => {
          const offered = some === undefined ? [] : [points(some)]
          const evaluation = evaluateOrder({ ...order(), items: of }, coupons, offered)
          expect(faultsOf(evaluation, of)).toEqual([])
          if (evaluation.paidFen > 0n) paid += 1
        },
      ),
      { seed: 20261203, numRuns: 2000 },
    )
    expect(paid).toBeGreaterThan(500)
  })

  test('give the same whichever way coupons are named', () => {
    fc.assert(
      fc.property(items, wallet, (of, coupons) => {
        const facts = { ...order(), items: of }
        expect(told(evaluateOrder(facts, coupons.toReversed(), []))).toEqual(
          told(evaluateOrder(facts, coupons, [])),
        )
      }),
      { seed: 20261204, numRuns: 500 },
    )
  })

  test('give the same without what does not apply, so that a quote can be signed', () => {
    let dropped = 0
    fc.assert(
      fc.property(items, wallet, fen(9000), (of, coupons, some) => {
        const facts = { ...order(), items: of }
        const all = evaluateOrder(facts, coupons, [points(some)])
        const applied = all.coupons.filter(({ verdict }) => verdict.ok)
        const spent = all.points.filter(({ verdict }) => verdict.ok)
        const again = evaluateOrder(facts, applied, spent)
        expect(told(again)).toEqual(told({ ...all, coupons: applied, points: spent }))
        if (applied.length > 0 && applied.length < coupons.length) dropped += 1
      }),
      { seed: 20261208, numRuns: 1000 },
    )
    expect(dropped).toBeGreaterThan(200)
  })

  test('the funders of a coupon owe exactly what it paid, each his share', () => {
    fc.assert(
      fc.property(anySeries, fen(1_000_000), (terms, paidFen) => {
        const debts = couponDebts(terms, paidFen)
        const sum = debts.reduce((total, { amount }) => total + amount, 0n)
        expect(sum).toBe(paidFen * 10_000n)
        const shares = terms.funders.reduce((total, { share }) => total + share, 0)
        for (const [at, { amount }] of debts.entries()) {
          const fair = (sum * BigInt(terms.funders[at]?.share ?? 0)) / BigInt(shares)
          expect(amount >= fair && amount < fair + BigInt(debts.length)).toBe(true)
        }
      }),
      { seed: 20261205, numRuns: 1000 },
    )
  })
})
