import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry, SignedCommand } from '../../ledger/index.ts'
import { addDays } from '../../ledger/index.ts'
import { owedKey, returnKey } from '../../ledger/keys.ts'
import {
  balanceOf,
  booksOf,
  comparableBooks,
  contradictions,
  markContradictions,
  replayedBooksOf,
  today,
} from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  ANN,
  BOB,
  issue,
  redeem,
  refill,
  reverse,
  rollTo,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import {
  LOST,
  OWED,
  publishedEntry,
  returnLedger,
  returnPurchase,
} from '../support/return-world.ts'
import { accountOf, definePoints } from '../support/world.ts'

const MONEY = 'CNY:micro-yuan'

async function give(ledger: MemoryLedger, command: SignedCommand): Promise<string> {
  return verdict(await submitOne(ledger, 'mall', command))
}

async function award(
  ledger: MemoryLedger,
  asset: string,
  spendFen: string,
  change: Parameters<typeof issue>[3] = {},
): Promise<object> {
  expect(await give(ledger, issue(asset, ANN, spendFen, { funder: 'mall', ...change }))).toBe(
    'accepted',
  )
  return publishedEntry(ledger)
}

function last(ledger: MemoryLedger): Entry {
  const entry = ledger.entries().at(-1)
  if (entry === undefined) throw new Error('no entry')
  return entry
}

/** What the mall owes the bank, less what the bank owes the mall, over all cycles. */
function owedToBank(ledger: MemoryLedger): bigint {
  const books = booksOf(ledger)
  const paths = [...books.turnover.keys()].map((key) => key.split(' ')[0] ?? '')
  return paths
    .filter((path) => path.startsWith('3001/bank/mall/'))
    .reduce((sum, path) => sum + balanceOf(books, path, MONEY), 0n)
}

function debtOf(ledger: MemoryLedger, asset = OWED): bigint | undefined {
  return ledger.get(owedKey(accountOf(ANN), asset))?.amount
}

async function indebted(): Promise<MemoryLedger> {
  const ledger = await returnLedger()
  const entry = await award(ledger, OWED, '1000')
  await give(ledger, redeem(OWED, ANN, '60', { acceptor: 'bank' }))
  await give(ledger, returnPurchase(entry, '1000'))
  expect(debtOf(ledger)).toBe(60n)
  return ledger
}

describe('goods that come back', () => {
  test('take pending points first, then those of the award, and clear back in the open cycle', async () => {
    const ledger = await returnLedger()
    await award(ledger, OWED, '5000')
    const entry = await award(ledger, OWED, '1000', { availableFrom: '2026-12-20' })
    await rollTo(ledger, '2026-12-01')
    await award(ledger, OWED, '2000')
    expect(await give(ledger, returnPurchase(entry, '455'))).toBe('accepted')
    // Of 10.00 yuan 5.45 are kept: 54 points. 46 of 100 go back, and 46/100 of 333333 micro-yuan.
    expect(last(ledger)).toMatchObject({
      type: 'ReturnPurchase',
      postings: [
        {
          account: '7102/mall:a-ann',
          asset: OWED,
          side: 'debit',
          amount: 46n,
          lots: [{ expires: '2027-11-30', availableFrom: '2026-12-20', amount: 46n }],
        },
        { account: '7101', asset: OWED, side: 'credit', amount: 46n },
        { account: '3001/mall/bank/2026-12-01.1', side: 'debit', amount: 153_333n },
        { account: '3001/bank/mall/2026-12-01.1', side: 'credit', amount: 153_333n },
      ],
      references: { receipt: expect.any(String) as string, funder: 'mall', returnedFen: '455' },
    })
    await rollTo(ledger, '2026-12-20')
    const received = (await give(ledger, returnPurchase(entry, '545'))) === 'accepted'
    expect(received).toBe(true)
    // The rest has become available, and goes before what expires with December.
    expect(last(ledger).postings[0]).toMatchObject({
      amount: 54n,
      lots: [{ expires: '2027-11-30', amount: 54n }],
    })
    expect(last(ledger).postings[2]?.amount).toBe(333_333n - 153_333n)
    expect(contradictions(ledger)).toEqual([])
  })

  test.each([
    [LOST, undefined, 159_999n, 'pointsLost'],
    [OWED, 52n, 333_333n, 'pointsOwed'],
  ])('of which the points are spent: %s', async (asset, debt, cleared, reference) => {
    const ledger = await returnLedger()
    const entry = await award(ledger, asset, '1000')
    expect(await give(ledger, redeem(asset, ANN, '52', { acceptor: 'bank' }))).toBe('accepted')
    expect(await give(ledger, returnPurchase(entry, '1000'))).toBe('accepted')
    expect(last(ledger)).toMatchObject({ references: { [reference]: '52' } })
    expect(last(ledger).postings[0]).toMatchObject({ amount: 48n })
    // Where the points are lost, what was paid for them stays paid.
    expect(last(ledger).postings[2]?.amount).toBe(cleared)
    expect(debtOf(ledger, asset)).toBe(debt)
    expect(await give(ledger, returnPurchase(entry, '1'))).toBe('RETURN_EXCEEDS')
    expect(contradictions(ledger)).toEqual([])
  })

  test('in many parts clear back to the micro-yuan what was cleared', async () => {
    const ledger = await returnLedger()
    const entry = await award(ledger, OWED, '1234')
    expect(owedToBank(ledger)).toBe(410_000n)
    for (const part of ['1', '7', '333', '500', '392', '1']) {
      expect(await give(ledger, returnPurchase(entry, part))).toBe('accepted')
      expect(contradictions(ledger)).toEqual([])
    }
    expect(owedToBank(ledger)).toBe(0n)
    expect(balanceOf(booksOf(ledger), '7101', OWED)).toBe(0n)
  })

  test('for too little to cost a point post nothing, and are counted', async () => {
    const ledger = await returnLedger()
    const entry = await award(ledger, OWED, '1009')
    const count = ledger.published.length
    expect(await give(ledger, returnPurchase(entry, '9'))).toBe('accepted')
    expect(ledger.published.length).toBe(count)
    expect(await give(ledger, returnPurchase(entry, '1001'))).toBe('RETURN_EXCEEDS')
    expect(await give(ledger, returnPurchase(entry, '1'))).toBe('accepted')
    expect(last(ledger).postings[0]?.amount).toBe(1n)
  })
})

describe('what is owed', () => {
  test('is paid by the next award, which is funded in full', async () => {
    const ledger = await indebted()
    await award(ledger, OWED, '900')
    expect(last(ledger)).toMatchObject({
      postings: [
        { account: '7101', side: 'debit', amount: 90n },
        { account: '7101', side: 'credit', amount: 60n },
        { account: '7102/mall:a-ann', side: 'credit', amount: 30n },
        { asset: MONEY, amount: 300_000n },
        { asset: MONEY, amount: 300_000n },
      ],
      references: { owedPaid: '60', owedBy: 'mall:a-ann' },
    })
    expect(debtOf(ledger)).toBe(0n)
    expect(contradictions(ledger)).toEqual([])
    expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
  })

  test('can take all of an award, which then is returned or reversed like any other', async () => {
    const ledger = await indebted()
    const entry = await award(ledger, OWED, '400')
    expect(debtOf(ledger)).toBe(20n)
    expect(last(ledger).postings.slice(0, 2)).toMatchObject([{ amount: 40n }, { amount: 40n }])
    const undone = ledger.clone()
    const signers = ['bank:finance-1', 'bank:finance-2'] as const
    expect(await give(undone, reverse(entry, ...signers))).toBe('accepted')
    expect(debtOf(undone)).toBe(60n)
    expect(contradictions(undone)).toEqual([])
    expect(await give(ledger, returnPurchase(entry, '400'))).toBe('accepted')
    expect(debtOf(ledger)).toBe(60n)
    expect(contradictions(ledger)).toEqual([])
  })

  test('is owed by one account in one kind of points, and no others are read', async () => {
    const ledger = await indebted()
    expect(await give(ledger, issue(OWED, BOB, '100', { funder: 'mall' }))).toBe('accepted')
    expect(last(ledger).references).not.toHaveProperty('owedPaid')
    await award(ledger, LOST, '100')
    expect(last(ledger).references).not.toHaveProperty('owedPaid')
    const other = await ledger.simulate('mall', [issue(LOST, ANN, '100', { funder: 'mall' })])
    expect(other.reads.filter((name) => name.startsWith('owed/'))).toEqual([])
  })
})

test('a programme and all that happens to its points fit into one transaction', async () => {
  const ledger = await returnLedger()
  const asset = 'bank:fresh:point'
  const first = issue(asset, ANN, '500')
  const { outcomes } = await ledger.submit('bank', [
    definePoints(asset, { returns: 'owed' }),
    refill(asset, '1000'),
    first,
    redeem(asset, ANN, '20', { acceptor: 'bank' }),
    issue(asset, ANN, '100'),
  ])
  expect(outcomes.map(verdict)).toEqual(Array.from({ length: 5 }, () => 'accepted'))
  expect(contradictions(ledger)).toEqual([])
})

const step = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('award' as const, 'return' as const) },
    { weight: 2, arbitrary: fc.constantFrom('spend' as const, 'reverse' as const) },
    fc.constantFrom('roll' as const, 'transfer' as const),
  ),
  asset: fc.constantFrom(OWED, LOST),
  fen: fc.integer({ min: 1, max: 2_000 }),
  pick: fc.nat(20),
  funder: fc.constantFrom('mall', 'bank'),
  pendingDays: fc.constantFrom(0, 0, 1, 2),
  submitter: fc.constantFrom('mall', 'mall', 'mall', 'bank'),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function made(one: Step, ledger: MemoryLedger): SignedCommand | undefined {
  const { kind, asset, fen, pick, funder, pendingDays } = one
  const awards = ledger.published.filter(({ entry }) => entry.type === 'IssuePoints')
  const picked = awards[pick % Math.max(awards.length, 1)]
  const entry = JSON.parse(picked?.text ?? 'null') as object | null
  switch (kind) {
    case 'award': {
      const availableFrom = addDays(today(ledger), pendingDays)
      return issue(asset, ANN, String(fen), { funder, availableFrom })
    }
    case 'spend':
      return redeem(asset, ANN, String((fen % 150) + 1), { acceptor: 'mall' })
    case 'transfer':
      return transfer(asset, ANN, BOB, String((fen % 50) + 1))
    case 'return':
      return entry === null
        ? undefined
        : returnPurchase(entry, String(fen), `${picked?.entry.references['funder']}:till`)
    case 'reverse':
      return entry === null ? undefined : reverse(entry, 'bank:finance-1', 'bank:finance-2')
    default:
      return undefined
  }
}

/** Never more comes back, in goods, points or money, than each award came to. */
function expectBounded(ledger: MemoryLedger): void {
  for (const { hash, entry } of ledger.published) {
    const after = ledger.get(returnKey(hash))
    if (after === undefined) continue
    const [points, ...others] = entry.postings
    const money = others.find(({ account }) => account.startsWith('3001'))?.amount ?? 0n
    expect(after.fen <= BigInt(entry.references['spendFen'] ?? '0')).toBe(true)
    expect(after.settled <= after.due && after.due <= (points?.amount ?? 0n)).toBe(true)
    expect(after.microYuan <= money).toBe(true)
    const isWhole = after.settled === points?.amount
    expect(isWhole ? after.microYuan : money).toBe(money)
  }
}

/** What Ann owes by all returns, less what came back of it at once and out of awards since. */
function owedByReturns(ledger: MemoryLedger): bigint {
  const undone = new Set(ledger.entries().map(({ references }) => references['reverses']))
  return ledger.published.reduce((sum, { hash, entry: { postings, references } }) => {
    const [taken] = references['returns'] === undefined ? [] : postings
    const back = taken?.asset === OWED ? taken.amount : 0n
    const paid = undone.has(hash) ? 0n : BigInt(references['owedPaid'] ?? '0')
    const settled = postings[0]?.asset === OWED ? ledger.get(returnKey(hash))?.settled : undefined
    return sum + (settled ?? 0n) - back - paid
  }, 0n)
}

test('no more comes back than was awarded, and debts are kept, in any interleaving', async () => {
  const stocked = await returnLedger()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 50 }), async (steps) => {
      const ledger = stocked.clone()
      for (const one of steps) {
        if (one.kind === 'roll') await rollTo(ledger, addDays(today(ledger), 1))
        const command = made(one, ledger)
        if (command === undefined) continue
        const fold = ledger.completeFold()
        const submitter = one.kind === 'award' ? one.funder : one.submitter
        const { outcomes } = await ledger.submit(submitter, [command], { fold })
        seen.add(`${one.kind} ${verdict(outcomes[0])}`)
        expect(contradictions(ledger)).toEqual([])
        const debt = debtOf(ledger) ?? 0n
        expect(debt).toBe(owedByReturns(ledger))
        if (debt > 0n) seen.add('in debt')
      }
      expectBounded(ledger)
      expect(markContradictions(ledger)).toEqual([])
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 91, numRuns: 100 },
  )
  for (const code of ['accepted', 'RETURN_EXCEEDS', 'ALREADY_REVERSED', 'SHORT_AWAY_FROM_HOME']) {
    expect(seen).toContain(`return ${code}`)
  }
  for (const code of ['accepted', 'PARTLY_RETURNED', 'LOT_SPENT']) {
    expect(seen).toContain(`reverse ${code}`)
  }
  expect(seen).toContain('in debt')
})
