import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Outcome, SignedCommand } from '../../ledger/index.ts'
import { quotaLaneKey, quotaPoolKey } from '../../ledger/index.ts'
import { balanceOf, booksOf, contradictions } from '../support/books.ts'
import type { MemoryLedger, Simulation } from '../support/memory-ledger.ts'
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

/** Transactions in flight over one ledger: endorsed on a state, ordered later, or never. */
class InFlight {
  readonly ledger: MemoryLedger
  readonly #versions = new Map<string, number>()
  readonly #endorsed: { readonly result: Simulation; readonly read: readonly number[] }[] = []
  #commits = 0

  constructor(ledger: MemoryLedger) {
    this.ledger = ledger
  }

  async endorse(organisation: string, lane: number, made: readonly SignedCommand[]): Promise<void> {
    const fold = this.ledger.completeFold()
    const result = await this.ledger.simulate(organisation, made, { lane, fold })
    this.#endorsed.push({ result, read: result.reads.map((name) => this.#version(name)) })
  }

  /** Orders one of those that were endorsed; it is valid when what it has read is as it was. */
  order(pick: number): 'valid' | 'invalid' | 'none' {
    const [ordered] = this.#endorsed.splice(pick % Math.max(this.#endorsed.length, 1), 1)
    if (ordered === undefined) return 'none'
    const { result, read } = ordered
    if (result.reads.some((name, at) => this.#version(name) !== read[at])) return 'invalid'
    this.#commits += 1
    for (const { name } of result.writes) this.#versions.set(name, this.#commits)
    this.ledger.commit(result)
    return 'valid'
  }

  /** One that was endorsed never comes. */
  lose(pick: number): void {
    this.#endorsed.splice(pick % Math.max(this.#endorsed.length, 1), 1)
  }

  #version(name: string): number {
    return this.#versions.get(name) ?? 0
  }
}

test('the bound holds whatever is endorsed on stale lanes, ordered late, invalid or lost', async () => {
  const small = await withSmallBudget()
  const seen = new Set<string>()
  const happening = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('endorse' as const), act }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('order' as const), pick: fc.nat(20) }) },
    fc.record({ kind: fc.constant('lose' as const), pick: fc.nat(20) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 20, maxLength: 80 }), async (events) => {
      const flight = new InFlight(small.clone())
      const { ledger } = flight
      const orders = [
        ...events,
        ...Array.from({ length: 80 }, () => ({ kind: 'order', pick: 0 }) as const),
      ]
      for (const event of orders) {
        if (event.kind === 'endorse') {
          const { organisation, lane, kind, amount } = event.act
          const awards = issue(DROP, ANN, String(amount * 10), { funder: organisation })
          const taken = refill(DROP, String(amount), organisation, String(event.act.needed))
          const undone = kind === 'reverse' ? reversal(ledger, amount) : undefined
          // As a gateway sends them: an award with a refill in front of it.
          const made = kind === 'refill' ? [taken, awards] : [undone ?? awards]
          await flight.endorse(organisation, lane, made)
        } else if (event.kind === 'lose') flight.lose(event.pick)
        else seen.add(flight.order(event.pick))
        expect(contradictions(ledger)).toEqual([])
        expect(balanceOf(booksOf(ledger), '7101', DROP) <= BigInt(BUDGET)).toBe(true)
      }
      const issued = balanceOf(booksOf(ledger), '7101', DROP)
      if (issued > 0n) seen.add('issued')
      if (issued * 2n > BigInt(BUDGET)) seen.add('over half')
    }),
    { seed: 52, numRuns: 60 },
  )
  expect([...seen].sort()).toEqual(['invalid', 'issued', 'none', 'over half', 'valid'])
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
