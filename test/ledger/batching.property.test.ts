import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome, SignedCommand } from '../../ledger/index.ts'
import { booksOf, comparableBooks, contradictions } from '../support/books.ts'
import type { MemoryLedger, Simulation } from '../support/memory-ledger.ts'
import { ANN, BOB, CAT, issue, redeem, stockedLedger, transfer } from '../support/opened-ledger.ts'
import { RandomDay } from '../support/random-day.ts'
import type { Step } from '../support/random-steps.ts'
import { steps } from '../support/random-steps.ts'
import { accountOf, STAR } from '../support/world.ts'

const CUT_KINDS = new Set(['holding', 'credit', 'delta'])

/** Books, entries and records of a ledger, without how they were cut into transactions. */
function uncut(ledger: MemoryLedger): unknown {
  const records = [...ledger.state].filter(([name]) => !CUT_KINDS.has(name.split('/')[0] ?? ''))
  return {
    books: comparableBooks(booksOf(ledger)),
    records: new Map(records),
    published: ledger.published,
  }
}

async function submitInParts(
  ledger: MemoryLedger,
  commands: readonly SignedCommand[],
  sizes: (at: number) => number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let at = 0, part = 0; at < commands.length; part += 1) {
    const batch = commands.slice(at, at + sizes(part))
    const result = await ledger.submit('mall', batch, { fold: ledger.completeFold() })
    outcomes.push(...result.outcomes)
    at += batch.length
  }
  return outcomes
}

/** The sequence played one by one, and the commands as they were signed on the way. */
async function playOneByOne(
  ledger: MemoryLedger,
  sequence: readonly Step[],
): Promise<{ readonly commands: readonly SignedCommand[]; readonly outcomes: readonly Outcome[] }> {
  const random = new RandomDay(ledger)
  const outcomes: Outcome[] = []
  for (const step of sequence) {
    outcomes.push(...(await submitInParts(ledger, [random.materialise(step)], () => 1)))
  }
  return { commands: random.history, outcomes }
}

describe('with complete folds', () => {
  test('commands cut into batches in any way give the same outcomes, entries and books', async () => {
    const stocked = await stockedLedger()
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(steps(10, 40), sizes, async (sequence, parts) => {
        const oneByOne = stocked.clone()
        const { commands, outcomes } = await playOneByOne(oneByOne, sequence)
        for (const size of [(at: number) => parts[at % parts.length] ?? 1, () => 1_000]) {
          const cut = stocked.clone()
          expect(await submitInParts(cut, commands, size)).toEqual(outcomes)
          expect(uncut(cut)).toEqual(uncut(oneByOne))
        }
      }),
      { seed: 41, numRuns: 100 },
    )
  })

  test('an account touched many times in one batch comes out as one by one', async () => {
    const stocked = await stockedLedger()
    const touch = fc.record({
      kind: fc.constantFrom('in', 'out', 'award', 'order'),
      amount: fc.integer({ min: 1, max: 120 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(touch, { minLength: 5, maxLength: 60 }), async (touches) => {
        const commands = touches.map(({ kind, amount }) => {
          if (kind === 'in') return transfer(STAR, BOB, ANN, String(amount))
          if (kind === 'out') return transfer(STAR, ANN, BOB, String(amount))
          if (kind === 'order') return redeem(STAR, ANN, String(amount))
          return issue(STAR, ANN, String(amount * 10))
        })
        const [oneByOne, together] = [stocked.clone(), stocked.clone()]
        const outcomes = await submitInParts(oneByOne, commands, () => 1)
        expect(await submitInParts(together, commands, () => 1_000)).toEqual(outcomes)
        expect(uncut(together)).toEqual(uncut(oneByOne))
      }),
      { seed: 42, numRuns: 60 },
    )
  })
})

describe('credits', () => {
  test('and folds in any interleaving give the same balance', async () => {
    const stocked = await stockedLedger()
    const credits = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 })
    // A debit before the credit at `at`; it names the open credits whose bit is set.
    const debits = fc.array(fc.record({ at: fc.nat(12), mask: fc.nat(4095) }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(credits, debits, debits, async (amounts, some, others) => {
        // The first fold makes a base that covers every debit, whatever else is named.
        const based = stocked.clone()
        const fold = based.completeFold(accountOf(ANN))
        await based.submit('mall', [redeem(STAR, ANN, '1')], { fold })
        const count = Math.min(some.length, others.length)
        const balances: unknown[] = []
        for (const interleaving of [some.slice(0, count), others.slice(0, count)]) {
          const ledger = based.clone()
          await interleave(ledger, amounts, interleaving)
          expect(contradictions(ledger)).toEqual([])
          balances.push(comparableBooks(booksOf(ledger)))
        }
        expect(balances[0]).toEqual(balances[1])
      }),
      { seed: 43, numRuns: 100 },
    )
  })

  test('and a debit of the account do not meet: both fit over one state, in either order', async () => {
    const stocked = await stockedLedger()
    const spend = fc.record({
      to: fc.constantFrom(BOB, ANN, CAT),
      amount: fc.integer({ min: 1, max: 90 }),
    })
    const spends = fc.array(spend, { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(spends, spends, async (byAnn, byBob) => {
        const send = (from: string, list: typeof byAnn): SignedCommand[] =>
          list.map(({ to, amount }) => transfer(STAR, from, to, String(amount)))
        const based = stocked.clone()
        const simulate = async (from: string, list: typeof byAnn): Promise<Simulation> => {
          const fold = based.completeFold(accountOf(from))
          return await based.simulate('mall', send(from, list), { fold })
        }
        const left = await simulate(ANN, byAnn)
        const right = await simulate(BOB, byBob)
        expect(overlap(left, right)).toEqual([])
        expect(overlap(right, left)).toEqual([])
        const [one, other] = [based.clone(), based.clone()]
        for (const result of [left, right]) one.commit(result)
        for (const result of [right, left]) other.commit(result)
        expect(contradictions(one)).toEqual([])
        expect(one.state).toEqual(other.state)
      }),
      { seed: 44, numRuns: 100 },
    )
  })
})

async function interleave(
  ledger: MemoryLedger,
  amounts: readonly number[],
  debits: readonly { readonly at: number; readonly mask: number }[],
): Promise<void> {
  for (const [at, amount] of [...amounts, 0].entries()) {
    const isLast = at === amounts.length
    const due = debits.filter((debit) => debit.at === at || (isLast && debit.at > at))
    for (const { mask } of due) {
      const open = ledger.openCredits(accountOf(ANN), STAR)
      const transactions = open.filter((_, bit) => ((mask >> bit) & 1) === 1)
      const fold = [{ account: accountOf(ANN), asset: STAR, transactions, complete: true }]
      const { outcomes } = await ledger.submit('mall', [redeem(STAR, ANN, '1')], { fold })
      expect(outcomes).toMatchObject([{ status: 'accepted' }])
    }
    if (amount > 0) await ledger.submit('mall', [issue(STAR, ANN, String(amount * 10))])
  }
}

/** What one transaction wrote of what the other has looked at. */
function overlap(writer: Simulation, reader: Simulation): string[] {
  const read = new Set(reader.reads)
  return writer.writes.flatMap(({ name }) => (read.has(name) ? [name] : []))
}

/** The same JSON value with the members of every object in another order. */
function shuffled(value: unknown, next: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, next))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => ({
    key,
    member: shuffled(member, next),
    rank: next(),
  }))
  members.sort((left, right) => left.rank - right.rank)
  return Object.fromEntries(members.map(({ key, member }) => [key, member]))
}

test('the order of keys in the JSON of a request makes no difference', async () => {
  const stocked = await stockedLedger()
  await fc.assert(
    fc.asyncProperty(
      steps(5, 30),
      fc.array(fc.nat(), { minLength: 31, maxLength: 31 }),
      async (sequence, ranks) => {
        const random = new RandomDay(stocked.clone())
        const commands = sequence.map((step) => random.materialise(step))
        let drawn = 0
        const next = (): number => ranks[(drawn += 1) % ranks.length] ?? 0
        const turned = commands.map((command) => shuffled(command, next))
        const fold = stocked.completeFold()
        const straight = await stocked.clone().simulate('mall', commands, { fold })
        expect(await stocked.clone().simulate('mall', turned, { fold })).toEqual(straight)
      },
    ),
    { seed: 45, numRuns: 60 },
  )
})
