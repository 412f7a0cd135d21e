import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Basket, SignedCommand } from '../../ledger/index.ts'
import { addDays, couponKey } from '../../ledger/index.ts'
import { requestKey } from '../../ledger/keys.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  replayedBooksOf,
  today,
} from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, BOB, CAT, MEMBERS, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import { declineRequest, payRequest, requestPayment } from '../support/request-world.ts'
import { basket, tradeLedger } from '../support/trade-world.ts'
import { accountOf, HUI, ORGANISATIONS, STAR } from '../support/world.ts'

const ASKED = 'bank:r-1'
const ASKS = basket({ [STAR]: 100, [HUI]: 5 }, ['A-1'])

async function give(ledger: MemoryLedger, command: SignedCommand): Promise<string> {
  return verdict(await submitOne(ledger, 'mall', command))
}

test('a request is paid once, as it was asked for, under its note', async () => {
  const ledger = await tradeLedger()
  const asked = requestPayment(ASKED, BOB, ANN, ASKS, { note: 'lunch' })
  expect(await give(ledger, asked)).toBe('accepted')
  expect(await give(ledger, payRequest(ASKED, ANN, BOB, ASKS))).toBe('accepted')
  expect(ledger.get(requestKey(ASKED))?.status).toBe('paid')
  expect(ledger.get(couponKey(SPRING, 'A-1'))).toMatchObject({ account: accountOf(BOB) })
  expect(ledger.entries().at(-1)).toMatchObject({
    type: 'PayRequest',
    references: { request: ASKED, note: 'lunch' },
    postings: [
      { account: '7102/mall:a-ann', asset: STAR, side: 'debit', amount: 100n },
      { account: '7102/bank:a-bob', asset: STAR, side: 'credit', amount: 100n },
      { asset: HUI, amount: 5n },
      { asset: HUI, amount: 5n },
      { asset: SPRING, side: 'debit', amount: 5_000n },
      { asset: SPRING, side: 'credit', amount: 5_000n },
    ],
  })
  expect(contradictions(ledger)).toEqual([])
})

test.each([
  ['the payer', ANN, '2026-11-30', 'declined'],
  ['the payee', BOB, '2026-11-30', 'cancelled'],
  ['anyone when it is over', CAT, '2026-12-11', 'lapsed'],
  ['the payer when it is over', ANN, '2026-12-11', 'lapsed'],
])('a request is ended by %s', async (_name, actor, date, status) => {
  const ledger = await tradeLedger()
  expect(await give(ledger, requestPayment(ASKED, BOB, ANN, ASKS))).toBe('accepted')
  await rollTo(ledger, date)
  expect(await give(ledger, declineRequest(ASKED, actor))).toBe('accepted')
  expect(ledger.get(requestKey(ASKED))?.status).toBe(status)
})

const step = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('ask' as const, 'pay' as const, 'pay' as const) },
    fc.constantFrom('decline' as const, 'roll' as const),
  ),
  at: fc.nat(3),
  payee: fc.constantFrom(...MEMBERS),
  payer: fc.constantFrom(...MEMBERS),
  basket: fc.constantFrom(
    basket({ [STAR]: 90 }),
    basket({ [HUI]: 120, [STAR]: 30 }),
    basket({ [HUI]: 7 }, ['A-1']),
    basket({}, ['B-1', 'B-2']),
  ),
  isHonest: fc.constantFrom(true, true, true, false),
  submitter: fc.constantFrom(...ORGANISATIONS),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

interface Asked {
  readonly id: string
  readonly payee: string
  readonly payer: string
  readonly asks: Basket
}

function made(one: Step, asked: Asked[]): SignedCommand | undefined {
  const { kind, payee, payer, isHonest } = one
  if (kind === 'roll') return undefined
  if (kind === 'ask') {
    const id = `${payee.split(':')[0]}:r-${asked.length}`
    asked.push({ id, payee, payer, asks: one.basket })
    return requestPayment(id, payee, payer, one.basket, { until: '2026-12-02' })
  }
  const found = asked[one.at % Math.max(asked.length, 1)]
  if (found === undefined) return undefined
  if (kind === 'decline') return declineRequest(found.id, isHonest ? found.payer : payer)
  const pays = isHonest ? found.asks : one.basket
  return payRequest(found.id, isHonest ? found.payer : payer, found.payee, pays)
}

test('no request is paid twice or otherwise than asked, in any interleaving', async () => {
  const stocked = await tradeLedger()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const ledger = stocked.clone()
      const asked: Asked[] = []
      for (const one of steps) {
        if (one.kind === 'roll') await rollTo(ledger, addDays(today(ledger), 1))
        const command = made(one, asked)
        if (command === undefined) continue
        const fold = ledger.completeFold()
        const { outcomes } = await ledger.submit(one.submitter, [command], { fold })
        seen.add(`${one.kind} ${verdict(outcomes[0])}`)
        expect(contradictions(ledger)).toEqual([])
      }
      const paid = ledger.entries().flatMap(({ references }) => references['request'] ?? [])
      expect(new Set(paid).size).toBe(paid.length)
      for (const { id, payer, payee, asks } of asked) {
        const entry = ledger.entries().find(({ references }) => references['request'] === id)
        const moved = (entry?.postings ?? []).map(({ account, asset }) => `${account} ${asset}`)
        const names = [...asks.points.map(({ asset }) => asset), ...asks.coupons.map(seriesOf)]
        const expected = [...new Set(names)].flatMap((asset) =>
          [payer, payee].map((member) => `7102/${accountOf(member)} ${asset}`),
        )
        expect(moved).toEqual(entry === undefined ? [] : expected)
      }
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 81, numRuns: 80 },
  )
  for (const code of ['accepted', 'REQUEST_CLOSED', 'REQUEST_DIFFERS', 'CONTRACT_PAST_DATE']) {
    expect(seen).toContain(`pay ${code}`)
  }
  expect(seen).toContain('decline accepted')
})

function seriesOf({ series }: Basket['coupons'][number]): string {
  return series
}
