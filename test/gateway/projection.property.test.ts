import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import { liabilities } from '../../gateway/projection/liability.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { trialBalance } from '../../gateway/projection/trial-balance.ts'
import type { BalanceCacheLimits } from '../../gateway/projection/writes/balance-cache.ts'
import type { Lot } from '../../ledger/index.ts'
import { commandKey, lotTotals, mergeLots, splitKey, sumLots } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks } from '../support/blocks.ts'
import { booksOf, comparableBooks, replayedBooksOf, today } from '../support/books.ts'
import { FIXED, FLASH, MEMBERS } from '../support/opened-ledger.ts'
import { RandomDay } from '../support/random-day.ts'
import { batches } from '../support/random-steps.ts'
import { accountOf, HUI, STAR } from '../support/world.ts'

const ASSETS = [STAR, HUI, FLASH, FIXED]
const START = { seq: Number.MAX_SAFE_INTEGER, line: 0 }
const ALL = 100_000

function projected(
  blocks: readonly LedgerBlock[],
  limits: Partial<BalanceCacheLimits> = {},
): Projection {
  const projection = Projection.open(':memory:', limits)
  for (const block of blocks) projection.apply(block)
  return projection
}

/** The block, with something at its end that the projection cannot take in. */
function spoilt(block: LedgerBlock): LedgerBlock {
  const origin = { validationCode: 'VALID', submitter: 'mall', timestamp: '' }
  const writes = [{ name: 'unheard-of/1', value: '{}' }]
  const index = block.transactions.length
  const bad = { id: 'bad', index, ...origin, writes, entries: [] }
  return { ...block, transactions: [...block.transactions, bad] }
}

function expectRefused(projection: Projection, block: LedgerBlock): void {
  expect(() => projection.apply(block)).toThrow(/not projected/)
}

/** Applies the next block, and does what must not matter: fails at it before, commits or reads after. */
function applyOddly(projection: Projection, ledger: BlockLedger, odd: Iterator<boolean>): void {
  const block = ledger.cut()
  if (odd.next().value === true) expectRefused(projection, spoilt(block))
  projection.apply(block)
  if (odd.next().value === true) projection.commit()
  if (odd.next().value === true) expectOpenCredits(projection, ledger)
}

function expectOpenCredits(projection: Projection, ledger: BlockLedger): void {
  for (const account of MEMBERS.map(accountOf)) {
    for (const asset of ASSETS) {
      const credits = ledger.openCredits(account, asset)
      expect(projection.openCredits(account, asset, ALL)).toEqual(credits)
    }
  }
}

function expectWalk(projection: Projection, ledger: BlockLedger): void {
  projection.commit()
  for (const { account, asset, credits } of projection.due.walk(0, ALL).holdings) {
    expect(credits).toBe(ledger.openCredits(account, asset).length)
  }
}

function holdingsOf(projection: Projection, date: string): Map<string, readonly Lot[]> {
  const holdings = MEMBERS.flatMap((member) => {
    const account = accountOf(member)
    const held = projection.holdings.ofAccount(account)
    return held.map(({ asset, lots }) => [`${account} ${asset}`, mergeLots(lots, date)] as const)
  })
  return new Map(holdings)
}

/** The projection's holdings and general ledger, in the form of the books added up from the state. */
function projectedBooks(projection: Projection, date: string): unknown {
  const turnover = projection.books
    .general()
    .map(({ path, asset, debit, credit }) => [`${path} ${asset}`, { debit, credit }] as const)
  return comparableBooks({
    holdings: holdingsOf(projection, date),
    turnover: new Map(turnover),
  })
}

function expectOutcomes(projection: Projection, ledger: BlockLedger): void {
  const writtenIn = new Map(
    ledger.blocks.flatMap(({ number, transactions }) =>
      transactions.flatMap(({ id, writes }) =>
        writes.map(({ name }) => [name, { transactionId: id, blockNumber: number }] as const),
      ),
    ),
  )
  for (const [name, text] of ledger.state) {
    const { kind, parts } = splitKey(name)
    if (kind !== 'command') continue
    const [actor = '', id = ''] = parts
    const recorded = commandKey(actor, id).codec.decode(text)
    expect(projection.outcome(actor, id)).toEqual({ ...recorded, ...writtenIn.get(name) })
  }
}

/** What can be compacted is what the state has. */
function expectOpenDeltas(projection: Projection, ledger: BlockLedger): void {
  const counts = projection.deltas
    .crowded(0)
    .map(({ path, asset, open }) => `${path} ${asset} ${open}`)
  const open = ledger.openDeltas()
  const expected = open.map(({ account, asset, deltas }) => `${account} ${asset} ${deltas.length}`)
  expect(counts.sort()).toEqual(expected.sort())
  for (const { account, asset, deltas } of open) {
    expect(projection.deltas.names(account, asset, ALL)).toEqual(deltas)
  }
}

/** Every posting's balance is the one before it and the posting, and the last is what is held. */
function expectRunningBalances(projection: Projection): void {
  for (const member of MEMBERS) {
    const path = `7102/${accountOf(member)}`
    for (const { asset, lots } of projection.holdings.ofAccount(accountOf(member))) {
      let balance = 0n
      for (const line of projection.entries.statement(path, asset, START, ALL).toReversed()) {
        balance += line.side === 'credit' ? BigInt(line.amount) : -BigInt(line.amount)
        expect(BigInt(line.balance)).toBe(balance)
      }
      expect(balance).toBe(sumLots(lots))
    }
  }
}

function expectLiabilities(projection: Projection, date: string): void {
  const holdings = [...holdingsOf(projection, date)]
  for (const liability of liabilities(projection)) {
    const lots = holdings.flatMap(([key, held]) =>
      key.endsWith(` ${liability.asset}`) ? held : [],
    )
    const { available, pending, expired } = lotTotals(lots, date)
    expect(liability).toMatchObject({ available, pending, pastDate: expired })
    expect(liability.outstanding).toBe(sumLots(lots))
    expect(sumLots([...liability.byExpiry])).toBe(liability.outstanding)
  }
}

function answersOf(projection: Projection): unknown {
  return {
    checkpoint: projection.checkpoint(),
    books: projectedBooks(projection, projection.ledger()?.cycle.date ?? ''),
    trialBalance: trialBalance(projection.books),
    liabilities: liabilities(projection),
    entries: projection.entries.list({}, ALL, ALL),
    blocks: projection.blocks.list(BigInt(ALL), ALL),
    statements: MEMBERS.map((member) =>
      projection.entries.statement(`7102/${accountOf(member)}`, undefined, START, ALL),
    ),
  }
}

test('the projection is the ledger, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(batches(8, 16), fc.infiniteStream(fc.boolean()), async (random, draws) => {
      const ledger = await openedBlocks()
      const day = new RandomDay(ledger)
      // So few balances are kept that some are always forgotten and read again.
      const projection = projected(ledger.blocks, { maxChanged: 8, maxRecent: 2 })
      for (const batch of random) {
        await day.play(batch)
        if (draws.next().value === true) applyOddly(projection, ledger, draws)
      }
      applyOddly(projection, ledger, draws)

      const date = today(ledger)
      expect(projectedBooks(projection, date)).toEqual(comparableBooks(booksOf(ledger)))
      expect(projectedBooks(projection, date)).toEqual(comparableBooks(replayedBooksOf(ledger)))
      expectOutcomes(projection, ledger)
      expectOpenCredits(projection, ledger)
      expectWalk(projection, ledger)
      expectOpenDeltas(projection, ledger)
      expectRunningBalances(projection)
      expectLiabilities(projection, date)
      const { balanced, generalEqualsDetail } = trialBalance(projection.books)
      expect([balanced, generalEqualsDetail]).toEqual([true, true])
      expect(answersOf(projected(ledger.blocks))).toEqual(answersOf(projection))
    }),
    { numRuns: 40 },
  )
})
