import { describe, expect, test } from 'vitest'
import type { Entry } from '../../ledger/index.ts'
import { multiply } from '../../ledger/index.ts'
import { postClearing } from '../../ledger/clearing.ts'
import { assertBalanced } from '../../ledger/posting.ts'
import { balanceOf, booksOf } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  issue,
  openedLedger,
  redeem,
  refill,
  stockedLedger,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import { definePoints, HUI, STAR } from '../support/world.ts'

const MONEY = 'CNY:micro-yuan'

function last(ledger: MemoryLedger): Entry {
  const entry = ledger.entries().at(-1)
  if (entry === undefined) throw new Error('no entry')
  return entry
}

describe('a redemption', () => {
  test('elsewhere makes the issuer owe the acceptor, rounded down once, the fraction noted', async () => {
    const ledger = await stockedLedger()
    // 100 points at 10000/3 micro-yuan are 333333 1/3.
    const bought = redeem(STAR, ANN, '100', { acceptor: 'bank', order: 'O-7', store: 'S-9' })
    await submitOne(ledger, 'mall', bought)
    expect(last(ledger)).toMatchObject({
      type: 'RedeemPoints',
      businessDate: '2026-11-30',
      cycle: '2026-11-30.1',
      postings: [
        {
          account: '7102/mall:a-ann',
          asset: STAR,
          side: 'debit',
          amount: 100n,
          lots: [{ expires: '2027-11-30', amount: 100n }],
        },
        { account: '7104', asset: STAR, side: 'credit', amount: 100n },
        { account: '3001/bank/mall/2026-11-30.1', asset: MONEY, side: 'debit', amount: 333_333n },
        { account: '3001/mall/bank/2026-11-30.1', asset: MONEY, side: 'credit', amount: 333_333n },
      ],
      references: { acceptor: 'bank', order: 'O-7', store: 'S-9', roundedDown: '1/3' },
    })
  })

  test('of a multiple of three leaves no fraction', async () => {
    const ledger = await stockedLedger()
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '300', { acceptor: 'bank' }))
    const { postings, references } = last(ledger)
    expect(postings[2]?.amount).toBe(1_000_000n)
    expect(references).not.toHaveProperty('roundedDown')
  })

  test("at the issuer's own till clears nothing", async () => {
    const ledger = await stockedLedger()
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '100', { acceptor: 'mall' }))
    const { postings, references } = last(ledger)
    expect(postings.map(({ account }) => account)).toEqual(['7102/mall:a-ann', '7104'])
    expect(references).not.toHaveProperty('roundedDown')
  })

  test('of one order twice is refused, another account may pay its share', async () => {
    const ledger = await stockedLedger()
    const order = { acceptor: 'bank', order: 'O-8' }
    expect(verdict(await submitOne(ledger, 'mall', redeem(STAR, ANN, '1', order)))).toBe('accepted')
    expect(verdict(await submitOne(ledger, 'mall', redeem(STAR, ANN, '1', order)))).toBe(
      'ORDER_PAID',
    )
    const bob = redeem(STAR, 'bank:m-bob', '1', order)
    expect(verdict(await submitOne(ledger, 'bank', bob))).toBe('accepted')
  })
})

describe('an award', () => {
  test("of one's own points posts nothing but points", async () => {
    const ledger = await openedLedger()
    await acceptAll(ledger, 'mall', [issue(STAR, ANN, '12345', { receipt: 'R-own' })])
    expect(last(ledger)).toMatchObject({
      submitter: 'mall',
      postings: [
        { account: '7101', asset: STAR, side: 'debit', amount: 1_234n },
        {
          account: '7102/mall:a-ann',
          asset: STAR,
          side: 'credit',
          amount: 1_234n,
          lots: [{ expires: '2027-11-30', amount: 1_234n }],
        },
      ],
      references: { receipt: 'R-own', store: 'S-1', funder: 'mall', spendFen: '12345' },
    })
  })

  test("of another's points is funded by the partner that awards them", async () => {
    const ledger = await openedLedger()
    // 12.34 yuan at 10 points a yuan are 123 points; 123 at 10000/3 micro-yuan are 410000.
    await acceptAll(ledger, 'mall', [issue(HUI, ANN, '1234', { funder: 'mall' })])
    expect(last(ledger).postings.slice(2)).toEqual([
      { account: '3001/bank/mall/2026-11-30.1', asset: MONEY, side: 'debit', amount: 410_000n },
      { account: '3001/mall/bank/2026-11-30.1', asset: MONEY, side: 'credit', amount: 410_000n },
    ])
    expect(balanceOf(booksOf(ledger), '3001/mall/bank/2026-11-30.1', MONEY)).toBe(-410_000n)
    expect(last(ledger).references).not.toHaveProperty('roundedDown')
  })

  test('at a rate that is no whole number rounds the points down', async () => {
    const ledger = await openedLedger()
    const asset = 'mall:third:point'
    // 2/3 of a point a yuan: 14.99 yuan are 9.99 points.
    const terms = { pointsPerYuan: { numerator: '2', denominator: '3' } }
    await acceptAll(ledger, 'mall', [definePoints(asset, terms), refill(asset, '100')])
    await acceptAll(ledger, 'mall', [issue(asset, ANN, '1499')])
    expect(last(ledger).postings[0]?.amount).toBe(9n)
    const tooSmall = issue(asset, ANN, '149')
    expect(verdict(await submitOne(ledger, 'mall', tooSmall))).toBe('NOTHING_TO_ISSUE')
  })
})

describe('clearing', () => {
  const claim = { debtor: 'mall', creditor: 'bank', points: 1n, cycle: '2026-11-30.1' }

  test('of less than a micro-yuan posts nothing and notes the fraction', () => {
    const pricePerPoint = { numerator: 1n, denominator: 3n }
    const { postings, references } = postClearing({ ...claim, pricePerPoint })
    expect(postings).toEqual([])
    expect(references).toEqual({ roundedDown: '1/3' })
  })

  test('of the largest amounts is exact', () => {
    const most = 9_999_999_999_999_999n
    const pricePerPoint = { numerator: most, denominator: 1n }
    const { postings } = postClearing({ ...claim, points: most, pricePerPoint })
    expect(postings[0]?.amount).toBe(99_999_999_999_999_980_000_000_000_000_001n)
    expect(multiply(7n, { numerator: 10n, denominator: 3n })).toEqual({
      whole: 23n,
      remainder: 1n,
      denominator: 3n,
    })
  })

  test('an entry that does not balance, or moves nothing, cannot exist', () => {
    const line = { account: '7101', asset: STAR, side: 'debit', amount: 1n } as const
    expect(() => assertBalanced([line])).toThrow('unbalanced by 1')
    expect(() => assertBalanced([line, { ...line, side: 'credit', asset: HUI }])).toThrow(
      'unbalanced',
    )
    expect(() => assertBalanced([{ ...line, amount: 0n }])).toThrow('without an amount')
    expect(() => assertBalanced([{ ...line, amount: -1n }])).toThrow('without an amount')
  })
})
