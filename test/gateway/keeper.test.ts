import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DueLimits } from '../../gateway/keeper/due-work.ts'
import { DUE_LIMITS, DueWork } from '../../gateway/keeper/due-work.ts'
import { homeOfDeltas } from '../../gateway/keeper/home-of-deltas.ts'
import { Keeper } from '../../gateway/keeper/keeper.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { trialBalance } from '../../gateway/projection/trial-balance.ts'
import { addDays, LedgerError } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks, roll, rollToDecember } from '../support/blocks.ts'
import { booksOf, comparableBooks, contradictions } from '../support/books.ts'
import {
  acceptAll,
  ANN,
  BOB,
  FLASH,
  issue,
  redeem,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import {
  closeAll,
  defineSettlement,
  paymentsOf,
  rollCycle,
  settle,
} from '../support/settlement-world.ts'
import { accountOf, HUI, OPENING_DATE, ORGANISATIONS, signed, STAR } from '../support/world.ts'

const LIMITS: DueLimits = {
  ...DUE_LIMITS,
  openDeltas: 5,
  openCredits: 3,
  deltasPerCompaction: 4,
}

/** A ledger, its projection, and the keepers of all organisations. */
class Site {
  readonly ledger: BlockLedger
  readonly projection = Projection.open(':memory:')
  readonly #works: ReadonlyMap<string, DueWork>

  constructor(ledger: BlockLedger, limits: DueLimits = LIMITS) {
    this.ledger = ledger
    for (const block of ledger.blocks) this.projection.apply(block)
    this.projection.commit()
    const sources = {
      deltas: this.projection.deltas,
      contracts: this.projection.contracts,
      coupons: this.projection.coupons,
      due: this.projection.due,
      account: (id: string) => this.projection.account(id),
      ledger: () => this.projection.ledger(),
      organisations: () => [...ORGANISATIONS].sort(),
    }
    this.#works = new Map(
      ORGANISATIONS.map((organisation) => [
        organisation,
        new DueWork(organisation, sources, limits),
      ]),
    )
  }

  /** What an organisation's keeper sends next, as `type account asset`. */
  due(organisation: string): string[] {
    const commands = this.#works.get(organisation)?.next() ?? []
    return commands.map(({ type, body }) => [type, body['account'], body['asset']].join(' '))
  }

  /** Lets the keepers send what is due until nothing is; answers what became of it. */
  async keep(): Promise<string[]> {
    const verdicts: string[] = []
    for (let idle = 0; idle < ORGANISATIONS.length * 2;) {
      const organisation = ORGANISATIONS[idle % ORGANISATIONS.length] ?? ''
      const due = this.#works.get(organisation)?.next() ?? []
      const commands = due.map(({ type, body }) => signed(type, organisation, body))
      idle = commands.length === 0 ? idle + 1 : 0
      if (commands.length === 0) continue
      const fold = this.ledger.completeFold()
      const { outcomes } = await this.ledger.submit(organisation, commands, { fold })
      verdicts.push(...outcomes.map(verdict))
      this.projection.apply(this.ledger.cut())
      this.projection.commit()
      if (verdicts.length > 2_000) throw new Error('the keeper never ends')
    }
    return verdicts
  }
}

async function tradedLedger(sales: number): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', issue(STAR, ANN, '100000'))
  for (let sale = 0; sale < sales; sale += 1) {
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '7', { acceptor: 'bank' }))
  }
  ledger.cut()
  return ledger
}

test.each([
  ['3001/bank/mall/2026-11-30.1', 'CNY:micro-yuan', 'bank'],
  ['7101', STAR, 'mall'],
  ['7102', HUI, 'bank'],
  ['3001', 'CNY:micro-yuan', 'airline'],
  ['7101', 'gone:star:point', 'airline'],
])('the deltas of %s in %s are at home at %s', (path, asset, home) => {
  expect(homeOfDeltas({ path, asset }, ['airline', 'bank', 'mall'])).toBe(home)
})

describe('what is due', () => {
  test('is compacting accounts with many deltas, each by one organisation', async () => {
    const site = new Site(await tradedLedger(6))
    const due = ORGANISATIONS.map((organisation) => site.due(organisation))
    const [banks = [], malls = [], airlines = []] = due
    expect(malls.sort()).toEqual([
      'Compact 3001/mall/bank/2026-11-30.1 CNY:micro-yuan',
      `Compact 7102 ${STAR}`,
      `Compact 7104 ${STAR}`,
    ])
    expect(banks).toEqual(['Compact 3001/bank/mall/2026-11-30.1 CNY:micro-yuan'])
    expect(airlines).toEqual(['Compact 3001 CNY:micro-yuan'])
  })

  test('is done in bounded parts until it is done, and leaves the books as they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 25 }), fc.nat(4), async (sales, more) => {
        const site = new Site(await tradedLedger(sales))
        const books = comparableBooks(booksOf(site.ledger))
        const verdicts = await site.keep()
        expect(new Set(verdicts)).toEqual(new Set(sales > 5 ? ['accepted'] : []))
        expect(site.ledger.openDeltas().every(({ deltas }) => deltas.length <= 5)).toBe(true)
        expect(comparableBooks(booksOf(site.ledger))).toEqual(books)
        for (let sale = 0; sale < more; sale += 1) {
          await submitOne(site.ledger, 'mall', redeem(STAR, ANN, '3', { acceptor: 'bank' }))
        }
        site.projection.apply(site.ledger.cut())
        const { balanced, generalEqualsDetail } = trialBalance(site.projection.books)
        expect([balanced, generalEqualsDetail]).toEqual([true, true])
        expect(contradictions(site.ledger)).toEqual([])
      }),
      { seed: 101, numRuns: 12 },
    )
  })

  test('is folding holdings with many credits, by the home of the account', async () => {
    const ledger = await openedBlocks()
    for (let award = 0; award < 4; award += 1) {
      await submitOne(ledger, 'mall', issue(STAR, BOB, '1000'))
      if (award < 3) await submitOne(ledger, 'mall', issue(STAR, ANN, '1000'))
    }
    ledger.cut()
    const site = new Site(ledger, { ...LIMITS, openDeltas: 1_000 })
    expect(site.due('mall')).toEqual([])
    expect(site.due('bank')).toEqual([`FoldCredits ${accountOf(BOB)} ${STAR}`])
    expect(await site.keep()).toEqual(['accepted'])
    expect(site.ledger.openCredits(accountOf(BOB), STAR)).toEqual([])
  })

  test('is expiring points, on the second business day after their date', async () => {
    const ledger = await openedBlocks()
    await submitOne(ledger, 'airline', issue(FLASH, ANN, '1000'))
    ledger.cut()
    const site = new Site(ledger, LIMITS)
    expect(site.due('mall')).toEqual([])
    await submitOne(ledger, 'mall', rollToDecember())
    site.projection.apply(ledger.cut())
    expect(site.due('mall')).toEqual([])
    await submitOne(ledger, 'mall', roll('2026-12-01', '2026-12-02'))
    site.projection.apply(ledger.cut())
    expect(site.due('airline')).toEqual([])
    expect(site.due('mall')).toEqual([`ExpirePoints ${accountOf(ANN)} ${FLASH}`])
    expect(await site.keep()).toEqual(['accepted'])
  })

  test('is carrying over payments of which the days of grace are over', async () => {
    const ledger = await tradedLedger(3)
    await acceptAll(ledger, 'bank', [defineSettlement()])
    await rollCycle(ledger)
    await closeAll(ledger)
    await acceptAll(ledger, 'bank', [settle()])
    ledger.cut()
    const [payment] = paymentsOf(ledger)
    expect(payment).toMatchObject({ status: 'open', debtor: 'mall', creditor: 'bank' })
    const site = new Site(ledger, { ...LIMITS, openDeltas: 1_000 })
    const dueTypes = (): string[] => ORGANISATIONS.flatMap((one) => site.due(one))
    const { dueOn = '' } = payment ?? {}
    for (let date = OPENING_DATE; date < dueOn;) {
      date = addDays(date, 1)
      await rollCycle(ledger, date)
    }
    site.projection.apply(ledger.cut())
    expect(dueTypes()).toEqual([])
    await rollCycle(ledger, addDays(dueOn, 1))
    site.projection.apply(ledger.cut())
    expect(await site.keep()).toContain('accepted')
    expect(paymentsOf(ledger)).toMatchObject([{ status: 'carried', fen: 0n }])
    expect(dueTypes()).toEqual([])
  })

  test('is looked for a part at a time, and all comes round', async () => {
    const ledger = await openedBlocks()
    await submitOne(ledger, 'mall', issue(STAR, ANN, '100000'))
    for (let gift = 0; gift < 4; gift += 1) {
      await submitOne(ledger, 'mall', transfer(STAR, ANN, BOB, '1'))
    }
    ledger.cut()
    const site = new Site(ledger, { ...LIMITS, holdingsWalked: 1, openDeltas: 1_000 })
    const rounds = Array.from({ length: 12 }, () => site.due('bank').length)
    expect(Math.max(...rounds)).toBe(1)
    expect(rounds.filter((found) => found === 1).length).toBeGreaterThan(1)
    expect(rounds).toContain(0)
  })
})

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 1 }).toBe(true)
}

describe('the keeper', () => {
  const due = { type: 'FoldCredits', body: {} } as const
  const QUICK = { everyMs: 1, givesWay: 3 }

  interface Watched {
    readonly keeper: Keeper
    readonly faults: unknown[]
    readonly seen: { looks: number; asked: number; sent: number; open: number; mostOpen: number }
  }

  function watched(
    change: { isCaughtUp?: boolean; isBusy?: boolean; fails?: () => Error } = {},
  ): Watched {
    const seen = { looks: 0, asked: 0, sent: 0, open: 0, mostOpen: 0 }
    const faults: unknown[] = []
    const { isCaughtUp = true, isBusy = false, fails } = change
    const keeper = new Keeper(
      {
        work: {
          next: () => {
            seen.looks += 1
            return [due, due]
          },
        },
        isCaughtUp: () => {
          seen.asked += 1
          return isCaughtUp
        },
        isBusy: () => isBusy,
        submit: async () => {
          seen.sent += 1
          seen.open += 1
          seen.mostOpen = Math.max(seen.mostOpen, seen.open)
          await Promise.resolve()
          seen.open -= 1
          if (fails !== undefined) throw fails()
        },
        onFault: (error) => faults.push(error),
      },
      QUICK,
    )
    return { keeper, faults, seen }
  }

  test('sends what one look finds together, and nothing more before that has come to an end', async () => {
    const { keeper, seen } = watched()
    keeper.start()
    await until(() => seen.looks >= 3)
    await keeper.stop()
    expect([seen.mostOpen, seen.open]).toEqual([2, 0])
    const { sent } = seen
    expect(sent).toBe(seen.looks * 2)
  })

  test('gives way to clients, but not for ever', async () => {
    const { keeper, seen } = watched({ isBusy: true })
    keeper.start()
    await until(() => seen.asked >= 8)
    await keeper.stop()
    expect(seen.looks).toBe(Math.floor(seen.asked / 4))
  })

  test('looks at nothing as long as the projection is behind', async () => {
    const { keeper, seen } = watched({ isCaughtUp: false })
    keeper.start()
    await until(() => seen.asked >= 3)
    await keeper.stop()
    expect(seen.looks).toBe(0)
  })

  test('goes on after a failure, and tells of what is none of the ledger', async () => {
    const quiet = watched({ fails: () => new LedgerError('LEDGER_UNAVAILABLE') })
    const loud = watched({ fails: () => new Error('a fault') })
    for (const { keeper, seen } of [quiet, loud]) {
      keeper.start()
      await until(() => seen.looks >= 2)
      await keeper.stop()
    }
    expect(quiet.faults).toEqual([])
    expect(loud.faults.length).toBe(loud.seen.sent)
  })

  test('stops before it has started to look', async () => {
    const { keeper, seen } = watched()
    keeper.start()
    await keeper.stop()
    expect(seen.looks).toBe(0)
  })
})
