import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StateWrite } from '../../ledger/index.ts'
import { deltaKey } from '../../ledger/index.ts'
import { booksOf, comparableBooks, contradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import type { OpenDeltas } from '../support/opened-ledger.ts'
import {
  ANN,
  BOB,
  compact,
  issue,
  redeem,
  stockedLedger,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import { STAR } from '../support/world.ts'

function deltasOf(ledger: MemoryLedger, account: string, asset = STAR): OpenDeltas {
  const found = ledger.openDeltas().find((open) => open.account === account && open.asset === asset)
  return found ?? { account, asset, deltas: [] }
}

/** A ledger on which points were spent elsewhere, so that there is clearing, in many transactions. */
async function tradedLedger(sales: number): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  for (let sale = 0; sale < sales; sale += 1) {
    await submitOne(ledger, 'mall', redeem(STAR, ANN, '3', { acceptor: 'bank' }))
  }
  return ledger
}

function deletesOf(writes: readonly StateWrite[]): string[] {
  return writes.flatMap(({ name, value }) => (value === undefined ? [name] : []))
}

describe('Compact', () => {
  test('never changes a balance, whichever deltas are named and in which order', async () => {
    const traded = await tradedLedger(6)
    const books = comparableBooks(booksOf(traded))
    const picks = fc.array(
      fc.record({ account: fc.nat(), from: fc.nat(), most: fc.integer({ min: 2, max: 9 }) }),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(picks, async (some) => {
        const ledger = traded.clone()
        for (const { account, from, most } of some) {
          const many = ledger.openDeltas().filter(({ deltas }) => deltas.length > 1)
          const open = many[account % Math.max(many.length, 1)]
          if (open === undefined) return
          const deltas = open.deltas.slice(from % (open.deltas.length - 1)).slice(0, most)
          const done = await ledger.submit('airline', [compact({ ...open, deltas })])
          expect(done.outcomes.map(verdict)).toEqual(['accepted'])
          expect(done.published).toEqual([])
          expect(deletesOf(done.writes)).toHaveLength(deltas.length)
          // The sum, and the command's record.
          expect(done.writes).toHaveLength(deltas.length + 2)
          const left = deltasOf(ledger, open.account, open.asset).deltas
          expect(left).toHaveLength(open.deltas.length - deltas.length + 1)
          expect(comparableBooks(booksOf(ledger))).toEqual(books)
          expect(contradictions(ledger)).toEqual([])
        }
      }),
      { seed: 81, numRuns: 60 },
    )
  })

  test('comes out right beside what the same transaction posts to the account', async () => {
    const ledger = await tradedLedger(3)
    const plain = ledger.clone()
    const fold = ledger.completeFold()
    const sales = [redeem(STAR, ANN, '5', { acceptor: 'bank' }), issue(STAR, BOB, '700')]
    const [sale, award] = sales
    const batch = [
      sale,
      compact(deltasOf(ledger, '7104')),
      award,
      compact(deltasOf(ledger, '7101'), BOB),
    ]
    const { outcomes, writes } = await ledger.submit('mall', batch, { fold })
    expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    expect(new Set(writes.map(({ name }) => name)).size).toBe(writes.length)
    await plain.submit('mall', sales, { fold })
    expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(booksOf(plain)))
    expect(deltasOf(ledger, '7104').deltas).toHaveLength(2)
  })

  test('takes in what an earlier compaction made, in the same transaction too', async () => {
    const ledger = await tradedLedger(6)
    const books = comparableBooks(booksOf(ledger))
    const open = deltasOf(ledger, '7104')
    const first = compact({ ...open, deltas: open.deltas.slice(0, 3) })
    const trial = await ledger.simulate('mall', [first])
    const made = trial.writes.find(
      ({ name, value }) => name.startsWith('delta/') && value !== undefined,
    )
    const name = made?.name.split('/').at(-1) ?? ''
    const second = compact({ ...open, deltas: [name, ...open.deltas.slice(3)] })
    const { outcomes } = await ledger.submit('mall', [first, second])
    expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted'])
    expect(deltasOf(ledger, '7104').deltas).toHaveLength(1)
    expect(comparableBooks(booksOf(ledger))).toEqual(books)
  })

  test('of two that name the same delta the second leaves no trace', async () => {
    const ledger = await tradedLedger(4)
    const books = comparableBooks(booksOf(ledger))
    const open = deltasOf(ledger, '7104')
    const batch = [compact(open), compact({ ...open, deltas: open.deltas.slice(1) }, BOB)]
    const { outcomes } = await ledger.submit('mall', batch)
    expect(outcomes.map(verdict)).toEqual(['accepted', 'DELTA_UNKNOWN'])
    expect(comparableBooks(booksOf(ledger))).toEqual(books)
    const { writes } = await ledger.simulate('mall', [compact(open, BOB)])
    expect(writes).toEqual([])
  })

  test('meets nobody who posts to the account: both fit over one state, in either order', async () => {
    const based = await tradedLedger(4)
    const fold = based.completeFold()
    const compaction = await based.simulate('bank', [compact(deltasOf(based, '7104'))])
    const sale = await based.simulate('mall', [redeem(STAR, ANN, '2')], { fold })
    const read = new Set(sale.reads)
    expect(compaction.writes.filter(({ name }) => read.has(name))).toEqual([])
    const looked = new Set(compaction.reads)
    expect(sale.writes.filter(({ name }) => looked.has(name))).toEqual([])
    const [one, other] = [based.clone(), based.clone()]
    for (const done of [compaction, sale]) one.commit(done)
    for (const done of [sale, compaction]) other.commit(done)
    expect(comparableBooks(booksOf(one))).toEqual(comparableBooks(booksOf(other)))
    expect(contradictions(one)).toEqual([])
  })

  test('reads its deltas, its record and its actor, and nothing else', async () => {
    const ledger = await tradedLedger(4)
    const open = deltasOf(ledger, '7104')
    const command = compact(open)
    const { reads } = await ledger.simulate('mall', [command])
    const { actor, id } = command.command
    expect([...reads].sort()).toEqual(
      [
        'ledger',
        `actor/${ANN}`,
        `command/${actor}/${id}`,
        ...open.deltas.map((name) => deltaKey('7104', STAR, name).name),
      ].sort(),
    )
  })
})
