import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { programmeKey, seriesKey } from '../../ledger/index.ts'
import { orderKey, purchaseKey } from '../../ledger/keys.ts'
import { couponDebts, pointsDebt } from '../../ledger/order-clearing.ts'
import { SETTLEMENT_ASSET } from '../../ledger/posting.ts'
import type { Purchase } from '../../ledger/purchase.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  markContradictions,
  replayedBooksOf,
} from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { submitOne, verdict } from '../support/opened-ledger.ts'
import { orderLedger, refundOrder } from '../support/order-world.ts'
import { commandOf, expiries, orderDays, rolls } from '../support/random-orders.ts'

function purchasesOf(ledger: MemoryLedger): [id: string, purchase: Purchase][] {
  return [...ledger.state].flatMap(([name, text]): [string, Purchase][] =>
    name.startsWith('purchase/') ? [[name.slice(9), purchaseKey('').codec.decode(text)]] : [],
  )
}

function withoutNothing(sums: ReadonlyMap<string, bigint>): Map<string, bigint> {
  return new Map([...sums].filter(([, sum]) => sum !== 0n))
}

/** What an organisation has to get from another, in all cycles. */
function clearedBetween(ledger: MemoryLedger): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const [key, { debit, credit }] of booksOf(ledger).turnover) {
    const [path = '', asset] = key.split(' ')
    const [code, organisation, counterparty] = path.split('/')
    if (code !== '3001' || organisation === undefined || asset !== SETTLEMENT_ASSET) continue
    const pair = `${organisation} ${counterparty}`
    sums.set(pair, (sums.get(pair) ?? 0n) + debit - credit)
  }
  return withoutNothing(sums)
}

function pointsOf({ lots }: Purchase['points'][number]): bigint {
  return lots.reduce((sum, { amount }) => sum + amount, 0n)
}

/** The same, out of what is paid by all purchases and not given back. */
function owedByPurchases(ledger: MemoryLedger): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  const owe = (creditor: string, { debtor, amount }: { debtor: string; amount: bigint }): void => {
    if (creditor === debtor) return
    for (const [pair, sum] of [
      [`${creditor} ${debtor}`, amount],
      [`${debtor} ${creditor}`, -amount],
    ] as const) {
      sums.set(pair, (sums.get(pair) ?? 0n) + sum)
    }
  }
  for (const [, { status, acceptor, coupons, points }] of purchasesOf(ledger)) {
    if (status === 'open' || status === 'released') continue
    for (const { series, amount, fen, refunded } of coupons) {
      const terms = ledger.get(seriesKey(series))
      if (terms === undefined) throw new Error(series)
      const isShopping = terms.value.kind === 'shopping'
      const standing = isShopping ? amount - refunded : refunded === 0n ? fen : 0n
      for (const debt of couponDebts(terms, standing)) owe(acceptor, debt)
    }
    for (const paid of points) {
      const programme = ledger.get(programmeKey(paid.asset))
      if (programme === undefined) throw new Error(paid.asset)
      owe(acceptor, pointsDebt(programme, pointsOf(paid) - paid.refunded))
    }
  }
  return withoutNothing(sums)
}

/** Every order of a purchase that stands is marked, and no more than was paid is given back. */
function purchaseContradictions(ledger: MemoryLedger): string[] {
  return purchasesOf(ledger).flatMap(([id, purchase]) => {
    const { status, acceptor, order, account, coupons, points, keeps, paidFen, amountFen } =
      purchase
    const found = []
    const isMarked = ledger.state.has(orderKey(acceptor, order, account).name)
    const stands = status === 'open' || status === 'paid'
    if (stands && !isMarked) found.push(`${id} is ${status} and not marked`)
    if ((status === 'open') !== keeps.length > 0) found.push(`${id} is ${status} and keeps`)
    if (paidFen > amountFen) found.push(`${id} is paid more than it comes to`)
    const fen = [...coupons, ...points].reduce((sum, paid) => sum + paid.fen, 0n)
    if (fen !== paidFen) found.push(`${id} has parts of ${fen}`)
    if (coupons.some(({ amount, refunded }) => refunded > amount)) found.push(`${id} coupons`)
    if (points.some((paid) => paid.refunded > pointsOf(paid))) found.push(`${id} points`)
    return found
  })
}

function checkAll(ledger: MemoryLedger): void {
  expect(contradictions(ledger)).toEqual([])
  expect(purchaseContradictions(ledger)).toEqual([])
}

/** Gives back everything that can be: what other members have by now cannot. */
async function refundAll(ledger: MemoryLedger): Promise<void> {
  for (const [id, { status, acceptor, coupons, points }] of purchasesOf(ledger)) {
    if (status !== 'paid') continue
    const parts = [
      ...coupons.map(({ series, serial, amount, refunded }) =>
        refundOrder(id, [[series, serial, Number(amount - refunded)]]),
      ),
      ...points.map((paid) =>
        refundOrder(id, [], [[paid.asset, Number(pointsOf(paid) - paid.refunded)]]),
      ),
    ]
    await ledger.submit(acceptor, parts)
  }
}

test('orders in any interleaving keep the books, and clear what is paid and not given back', async () => {
  const opened = await orderLedger()
  const seen = new Map<string, number>()
  let settled = 0
  await fc.assert(
    fc.asyncProperty(orderDays(10, 6), async (day) => {
      const ledger = opened.clone()
      for (const batch of day) {
        const commands = batch.flatMap((step) =>
          step.kind === 'roll'
            ? [...rolls(step.days, ledger), ...expiries()]
            : [commandOf(step, ledger)],
        )
        const fold = ledger.completeFold()
        const { outcomes } = await ledger.submit('mall', commands, { fold })
        for (const [at, outcome] of outcomes.entries()) {
          const told = `${commands[at]?.command.type} ${verdict(outcome)}`
          seen.set(told, (seen.get(told) ?? 0) + 1)
        }
        checkAll(ledger)
      }
      expect(clearedBetween(ledger)).toEqual(owedByPurchases(ledger))
      await refundAll(ledger)
      checkAll(ledger)
      expect(clearedBetween(ledger)).toEqual(owedByPurchases(ledger))
      const isSettled = purchasesOf(ledger).every(([, { status }]) => status !== 'paid')
      expect(isSettled && clearedBetween(ledger).size > 0).toBe(false)
      if (isSettled) settled += 1
      expect(markContradictions(ledger)).toEqual([])
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 20261206, numRuns: 100 },
  )
  expect(settled).toBeGreaterThan(30)
  // The random days are worth something only while they reach what can happen.
  for (const type of ['Pay', 'Reserve', 'Confirm', 'Release', 'Refund']) {
    expect(seen.get(`${type}Order accepted`) ?? 0, type).toBeGreaterThan(5)
  }
  for (const told of [
    'PayOrder ORDER_PAID',
    'PayOrder COUPON_RESERVED',
    'PayOrder STACKING_REFUSED',
    'ConfirmOrder CONTRACT_PAST_DATE',
    'ReleaseOrder NOT_DUE',
    'RefundOrder REFUND_EXCEEDS',
    'RedeemPoints ORDER_PAID',
    'TransferCoupons accepted',
  ]) {
    expect(seen.get(told) ?? 0, told).toBeGreaterThan(0)
  }
})

test('orders cut into batches or one by one come to the same', async () => {
  const opened = await orderLedger()
  await fc.assert(
    fc.asyncProperty(orderDays(6, 6), async (day) => {
      const [together, apart] = [opened.clone(), opened.clone()]
      for (const batch of day) {
        const commands = batch.flatMap((step) =>
          step.kind === 'roll' ? rolls(step.days, together) : [commandOf(step, together)],
        )
        const fold = together.completeFold()
        const { outcomes } = await together.submit('mall', commands, { fold })
        const single = []
        for (const command of commands) single.push(await submitOne(apart, 'mall', command))
        expect(single).toEqual(outcomes)
      }
      expect(comparableBooks(booksOf(apart))).toEqual(comparableBooks(booksOf(together)))
      expect(new Map(purchasesOf(apart))).toEqual(new Map(purchasesOf(together)))
    }),
    { seed: 20261207, numRuns: 40 },
  )
})

test('of two transactions over one state both are right, unless one sees what the other writes', async () => {
  const opened = await orderLedger()
  const seen = { together: 0, apart: 0 }
  await fc.assert(
    fc.asyncProperty(orderDays(8, 6), async (day) => {
      const ledger = opened.clone()
      for (const batch of day) {
        const made = batch.flatMap((step) =>
          step.kind === 'roll' ? [] : [commandOf(step, ledger)],
        )
        if (made.length === 0) {
          await ledger.submit('mall', rolls(1, ledger))
          continue
        }
        const half = Math.ceil(made.length / 2)
        const fold = ledger.completeFold()
        const first = await ledger.simulate('mall', made.slice(0, half), { fold })
        const written = new Set(first.writes.map(({ name }) => name))
        const rest = made.length > half ? made.slice(half) : expiries()
        const second = await ledger.simulate('bank', rest, { fold })
        const isSeen = second.reads.some((name) => written.has(name))
        ledger.commit(first)
        if (!isSeen) ledger.commit(second)
        seen[isSeen ? 'apart' : 'together'] += second.writes.length > 0 ? 1 : 0
        checkAll(ledger)
      }
      expect(clearedBetween(ledger)).toEqual(owedByPurchases(ledger))
      expect(markContradictions(ledger)).toEqual([])
    }),
    { seed: 20261209, numRuns: 60 },
  )
  expect(seen.together).toBeGreaterThan(50)
  expect(seen.apart).toBeGreaterThan(10)
})
