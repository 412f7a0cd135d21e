import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Outcome, SignedCommand } from '../../ledger/index.ts'
import { quotaLaneKey, quotaPoolKey } from '../../ledger/index.ts'
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
  needed: fc.integer({ min: 1, max: 500 }),
})

type Act = typeof act extends fc.Arbitrary<infer Value> ? Value : never

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

/** What a lane and the pool held before a command was judged. */
interface QuotaBefore {
  readonly pool: bigint
  readonly lane: bigint
}

function quotaOf(ledger: MemoryLedger, { organisation, lane }: Act): QuotaBefore {
  return {
    pool: ledger.get(quotaPoolKey(DROP))?.left ?? 0n,
    lane: ledger.get(quotaLaneKey(DROP, organisation, lane))?.left ?? 0n,
  }
}

/** A refill moves what is needed or more, or nothing, and the lane knows what the pool holds. */
function expectRefilled(ledger: MemoryLedger, act: Act, before: QuotaBefore): void {
  const needed = BigInt(act.needed)
  const wanted = BigInt(Math.max(act.needed, act.amount))
  const most = before.pool < wanted ? before.pool : wanted
  const moved = before.pool < needed ? 0n : most
  expect(quotaOf(ledger, act)).toEqual({ pool: before.pool - moved, lane: before.lane + moved })
  const { poolLeft } = ledger.get(quotaLaneKey(DROP, act.organisation, act.lane)) ?? {}
  expect(poolLeft).toBe(before.pool - moved)
}

/** A shortage is final only beyond the pool; any other is served after a refill of just that. */
async function expectJustRefusal(
  ledger: MemoryLedger,
  outcome: Outcome | undefined,
  act: Act,
  before: QuotaBefore,
): Promise<void> {
  const { organisation, lane } = act
  const shortage = BigInt(act.amount) - before.lane
  const served = await ledger.clone().submit(
    organisation,
    [
      refill(DROP, '1', organisation, String(shortage)),
      // Under an id and a receipt of its own: the first may be refused for good.
      issue(DROP, ANN, String(act.amount * 10), { funder: organisation }),
    ],
    { lane },
  )
  const isServed = shortage <= before.pool
  expect(served.outcomes.map(verdict)).toEqual([
    'accepted',
    isServed ? 'accepted' : 'BUDGET_EXHAUSTED',
  ])
  expect(outcome).toMatchObject({ detail: { asset: DROP, needed: String(shortage) } })
  const isFinal = verdict(outcome) === 'BUDGET_EXHAUSTED'
  expect({ isServed, isFinal }).not.toEqual({ isServed: true, isFinal: true })
}

test('issued points never exceed the budget, in any lanes, with refills and reversals', async () => {
  const small = await withSmallBudget()
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 60 }), async (acts) => {
      const ledger = small.clone()
      for (const one of acts) {
        const { kind, organisation, lane, amount, needed } = one
        const made = {
          issue: () => issue(DROP, ANN, String(amount * 10), { funder: organisation }),
          refill: () => refill(DROP, String(amount), organisation, String(needed)),
          reverse: () => reversal(ledger, amount),
        }[kind]()
        if (made === undefined) continue
        const before = quotaOf(ledger, one)
        const fold = ledger.completeFold()
        const { outcomes } = await ledger.submit(organisation, [made], { lane, fold })
        const found = `${kind} ${verdict(outcomes[0])}`
        seen.add(found)
        if (kind === 'refill') expectRefilled(ledger, one, before)
        if (/QUOTA_REFILL|BUDGET_EXHAUSTED/.test(found)) {
          await expectJustRefusal(ledger, outcomes[0], one, before)
        }
        expect(contradictions(ledger)).toEqual([])
        expect(balanceOf(booksOf(ledger), '7101', DROP) <= BigInt(BUDGET)).toBe(true)
      }
    }),
    { seed: 51, numRuns: 80 },
  )
  const reached = ['issue accepted', 'issue QUOTA_REFILL', 'issue BUDGET_EXHAUSTED']
  expect([...seen]).toEqual(expect.arrayContaining([...reached, 'reverse accepted']))
})

test('an award beyond the budget is refused, and takes nothing from those that fit', async () => {
  const ledger = await withSmallBudget()
  const huge = issue(DROP, ANN, '20000')
  const tried = await ledger.submit('mall', [refill(DROP, '5000', 'mall', '2000'), huge])
  expect(tried.outcomes.map(verdict)).toEqual(['accepted', 'BUDGET_EXHAUSTED'])
  expect(tried.writes.map(({ name }) => name)).not.toContain(`quota/${DROP}`)
  const small = [refill(DROP, '1', 'bank', '1000'), issue(DROP, ANN, '10000', { funder: 'bank' })]
  expect((await ledger.submit('bank', small)).outcomes.map(verdict)).toEqual([
    'accepted',
    'accepted',
  ])
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
