import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { balanceOf, booksOf, contradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { acceptAll, ANN, issue, openedLedger, refill, verdict } from '../support/opened-ledger.ts'
import { command, definePoints, ORGANISATIONS, walletOf } from '../support/world.ts'
import { signCommand } from '../../cli/wallet.ts'

const DROP = 'mall:drop:point'
const BUDGET = 1_000

const act = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constant('issue' as const) },
    fc.constant('refill' as const),
    fc.constant('reverse' as const),
  ),
  organisation: fc.constantFrom(...ORGANISATIONS),
  lane: fc.nat(2),
  amount: fc.integer({ min: 1, max: 400 }),
})

async function withSmallBudget(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  const terms = { budget: String(BUDGET), partners: ['bank', 'airline'] }
  await acceptAll(ledger, 'mall', [definePoints(DROP, terms)])
  return ledger
}

/** The reversal of an award that was published, by the issuer's finance staff. */
function reversal(ledger: MemoryLedger, pick: number): SignedCommand | undefined {
  const awards = ledger.published.filter(({ text }) => text.includes('"type":"IssuePoints"'))
  const award = awards[pick % Math.max(awards.length, 1)]
  if (award === undefined) return undefined
  const body = { entry: JSON.parse(award.text) as object, reason: 'returned' }
  const made = command('ReverseEntry', 'mall:finance-1', body)
  return signCommand(made, walletOf('mall:finance-1'), walletOf('mall:finance-2'))
}

test('issued points never exceed the budget, in any lanes, with refills and reversals', async () => {
  const small = await withSmallBudget()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const ledger = small.clone()
      for (const { kind, organisation, lane, amount } of acts) {
        const made = {
          issue: () => issue(DROP, ANN, String(amount * 10), { funder: organisation }),
          refill: () => refill(DROP, String(amount), organisation),
          reverse: () => reversal(ledger, amount),
        }[kind]()
        if (made === undefined) continue
        const fold = ledger.completeFold()
        const { outcomes } = await ledger.submit(organisation, [made], { lane, fold })
        seen.add(`${kind} ${verdict(outcomes[0])}`)
        expect(contradictions(ledger)).toEqual([])
        expect(balanceOf(booksOf(ledger), '7101', DROP) <= BigInt(BUDGET)).toBe(true)
      }
    }),
    { seed: 51, numRuns: 80 },
  )
  const reached = ['issue accepted', 'issue QUOTA_REFILL', 'issue BUDGET_EXHAUSTED']
  expect([...seen]).toEqual(expect.arrayContaining([...reached, 'reverse accepted']))
})

test('two organisations that refill from one pool at once: the pool is read, so one of them loses', async () => {
  const ledger = await withSmallBudget()
  const bank = await ledger.simulate('bank', [refill(DROP, '1000', 'bank')])
  const mall = await ledger.simulate('mall', [refill(DROP, '1000', 'mall')])
  const pool = `quota/${DROP}`
  for (const { reads, writes } of [bank, mall]) {
    expect(reads).toContain(pool)
    expect(writes.map(({ name }) => name)).toContain(pool)
  }
})

test('awards in different lanes share no key that one of them writes', async () => {
  const ledger = await withSmallBudget()
  await acceptAll(ledger, 'mall', [refill(DROP, '100')], { lane: 1 })
  await acceptAll(ledger, 'mall', [refill(DROP, '100')], { lane: 2 })
  const one = await ledger.simulate('mall', [issue(DROP, ANN, '500')], { lane: 1 })
  const other = await ledger.simulate('mall', [issue(DROP, ANN, '500')], { lane: 2 })
  const written = new Set([...one.writes, ...other.writes].map(({ name }) => name))
  expect(one.reads.filter((name) => written.has(name) && other.reads.includes(name))).toEqual([])
  ledger.commit(one)
  ledger.commit(other)
  expect(contradictions(ledger)).toEqual([])
  expect(balanceOf(booksOf(ledger), '7101', DROP)).toBe(100n)
})
