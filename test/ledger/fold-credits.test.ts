import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SubmitRequest } from '../../ledger/index.ts'
import { holdingKey } from '../../ledger/index.ts'
import { booksOf, comparableBooks, contradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  foldCredits,
  issue,
  redeem,
  stockedLedger,
  submitOne,
  transfer,
  verdict,
} from '../support/opened-ledger.ts'
import { accountOf, STAR } from '../support/world.ts'

/** A fold that names some of Ann's open credits and says whether there are more. */
function foldOf(ledger: MemoryLedger, mask: number, complete: boolean): SubmitRequest['fold'] {
  const open = ledger.openCredits(accountOf(ANN), STAR)
  const transactions = open.filter((_, bit) => ((mask >> bit) & 1) === 1)
  return [{ account: accountOf(ANN), asset: STAR, transactions, complete }]
}

/** Ann's holding with as many open credits as there are amounts, beside the stock's two. */
async function credited(amounts: readonly number[]): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  for (const amount of amounts) {
    await acceptAll(ledger, 'mall', [issue(STAR, ANN, String(amount * 10))])
  }
  return ledger
}

const amounts = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 })
const masks = fc.array(fc.nat(1023), { minLength: 1, maxLength: 6 })

describe('FoldCredits', () => {
  test('never changes a balance, whichever credits are named and in which order', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(amounts, masks, fc.boolean(), async (some, named, complete) => {
        const ledger = await credited(some)
        const books = comparableBooks(booksOf(ledger))
        for (const mask of named) {
          const fold = foldOf(ledger, mask, complete)
          const before = ledger.openCredits(accountOf(ANN), STAR)
          const { outcomes, writes, published } = await ledger.submit(
            'mall',
            [foldCredits(STAR, ANN)],
            { fold },
          )
          const { transactions = [] } = fold[0] ?? {}
          const isFolded = transactions.length > 0
          seen.add(verdict(outcomes[0]))
          expect(outcomes.map(verdict)).toEqual([isFolded ? 'accepted' : 'NOTHING_TO_FOLD'])
          expect(writes).toHaveLength(isFolded ? transactions.length + 2 : 0)
          expect(published).toEqual([])
          const left = before.filter((id) => !transactions.includes(id))
          expect(ledger.openCredits(accountOf(ANN), STAR)).toEqual(left)
          expect(comparableBooks(booksOf(ledger))).toEqual(books)
          expect(contradictions(ledger)).toEqual([])
        }
      }),
      { seed: 71, numRuns: 60 },
    )
    expect([...seen].sort()).toEqual(['NOTHING_TO_FOLD', 'accepted'])
  })

  test('comes out right beside awards and payments of the same batch', async () => {
    const ledger = await stockedLedger()
    const fold = ledger.completeFold()
    const batch = [
      issue(STAR, ANN, '1000'),
      foldCredits(STAR, ANN, BOB),
      issue(STAR, ANN, '500'),
      transfer(STAR, ANN, BOB, '550'),
      foldCredits(STAR, ANN),
      foldCredits(STAR, BOB),
    ]
    const { outcomes } = await ledger.submit('mall', batch, { fold })
    expect(outcomes.map(verdict)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'NOTHING_TO_FOLD',
      'accepted',
    ])
    expect(contradictions(ledger)).toEqual([])
    expect(ledger.openCredits(accountOf(ANN), STAR)).toEqual([])
    expect(ledger.get(holdingKey(accountOf(ANN), STAR))?.lots).toEqual([
      { expires: '2027-11-30', availableFrom: '2026-12-01', amount: 50n },
    ])
    expect(booksOf(ledger).holdings.get(`${accountOf(BOB)} ${STAR}`)).toMatchObject([
      { amount: 950n },
      { amount: 50n },
    ])
  })

  test('after a debit that was refused still finds what that looked at', async () => {
    const ledger = await stockedLedger()
    const batch = [redeem(STAR, ANN, '9999'), foldCredits(STAR, ANN)]
    const { outcomes } = await ledger.submit('mall', batch, { fold: ledger.completeFold() })
    expect(outcomes.map(verdict)).toEqual(['INSUFFICIENT_POINTS', 'accepted'])
    expect(ledger.openCredits(accountOf(ANN), STAR)).toEqual([])
    expect(contradictions(ledger)).toEqual([])
  })

  test('finds nothing in credits that are not there', async () => {
    const ledger = await stockedLedger()
    const transactions = ['f'.repeat(64)]
    const fold = [{ account: accountOf(ANN), asset: STAR, transactions, complete: true }]
    const outcome = await submitOne(ledger, 'mall', foldCredits(STAR, ANN), { fold })
    expect(verdict(outcome)).toBe('NOTHING_TO_FOLD')
    expect(verdict(await submitOne(ledger, 'mall', foldCredits(STAR, ANN), { fold: [] }))).toBe(
      'NOTHING_TO_FOLD',
    )
  })
})

describe('a fold that is not complete', () => {
  test('never has a payment refused for good, and folding on brings every payment to its end', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        amounts,
        fc.nat(1023),
        fc.integer({ min: 1, max: 900 }),
        async (some, mask, amount) => {
          const ledger = await credited(some)
          const available = 400 + some.reduce((sum, value) => sum + value, 0)
          const payment = redeem(STAR, ANN, String(amount))
          const first = await submitOne(ledger, 'mall', payment, {
            fold: foldOf(ledger, mask, false),
          })
          seen.add(verdict(first))
          while (ledger.openCredits(accountOf(ANN), STAR).length > 2) {
            await acceptAll(ledger, 'mall', [foldCredits(STAR, ANN)], {
              fold: foldOf(ledger, 3, false),
            })
          }
          const last = await submitOne(ledger, 'mall', payment, { fold: foldOf(ledger, 3, true) })
          expect(last.status).toBe(amount <= available ? 'accepted' : 'refused')
          expect(verdict(last)).not.toBe('FOLD_INCOMPLETE')
          expect(contradictions(ledger)).toEqual([])
        },
      ),
      { seed: 72, numRuns: 60 },
    )
    expect([...seen].sort()).toEqual(['FOLD_INCOMPLETE', 'accepted'])
  })

  test('is that of its holding alone, even when another fold of the holding says otherwise', async () => {
    const ledger = await stockedLedger()
    const [bobs] = ledger.completeFold(accountOf(BOB)).filter(({ asset }) => asset === STAR)
    if (bobs === undefined) throw new Error('no credits')
    const anns = foldOf(ledger, 1023, true)
    const batch = [redeem(STAR, BOB, '9999'), redeem(STAR, ANN, '9999')]
    const partly = { ...bobs, complete: false }
    for (const fold of [
      [...anns, partly, bobs],
      [bobs, ...anns, partly],
    ]) {
      const { outcomes } = await ledger.clone().submit('bank', batch, { fold })
      expect(outcomes.map(verdict)).toEqual(['FOLD_INCOMPLETE', 'SHORT_AWAY_FROM_HOME'])
    }
  })
})
