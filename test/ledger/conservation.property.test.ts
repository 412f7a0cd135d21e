import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { Outcome } from '../../ledger/index.ts'
import { canonicalEntry, EntryText, parseEntry, shapeOf } from '../../ledger/index.ts'
import {
  booksOf,
  comparableBooks,
  contradictions,
  markContradictions,
  replayedBooksOf,
} from '../support/books.ts'
import type { PublishedText } from '../support/memory-ledger.ts'
import { stockedLedger, verdict } from '../support/opened-ledger.ts'
import { RandomDay } from '../support/random-day.ts'
import { batches } from '../support/random-steps.ts'

const checkEntry = shapeOf(EntryText)

function expectReproducible({ hash, text }: PublishedText): void {
  const entry = checkEntry(JSON.parse(text))
  expect(entry).toMatchObject({ ok: true })
  if (!entry.ok) return
  expect(canonicalEntry(parseEntry(entry.value))).toBe(text)
  expect(cryptography.sha256(text)).toBe(hash)
}

test('every asset is conserved, and replaying the entries gives the state', async () => {
  const stocked = await stockedLedger()
  const seen = new Set<string>()
  const note = (outcome: Outcome, type = ''): Set<string> => seen.add(`${type} ${verdict(outcome)}`)
  await fc.assert(
    fc.asyncProperty(batches(8, 10), async (day) => {
      const random = new RandomDay(stocked.clone())
      const { ledger } = random
      for (const batch of day) {
        const { outcomes, commands, published } = await random.play(batch)
        for (const [at, outcome] of outcomes.entries()) note(outcome, commands[at]?.command.type)
        expect(contradictions(ledger)).toEqual([])
        published.forEach(expectReproducible)
      }
      expect(markContradictions(ledger)).toEqual([])
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(replayedBooksOf(ledger)))
    }),
    { seed: 20261201, numRuns: 200 },
  )
  // The random days are worth something only while they reach what can happen.
  for (const type of ['Issue', 'Transfer', 'Redeem', 'Expire']) {
    expect(seen).toContain(`${type}Points accepted`)
  }
  for (const type of ['ReverseEntry', 'RollBusinessDate', 'RefillQuota', 'FoldCredits']) {
    expect(seen).toContain(`${type} accepted`)
  }
  for (const code of ['FUNDER_MUST_SUBMIT', 'RECEIPT_USED']) {
    expect(seen).toContain(`IssuePoints ${code}`)
  }
  for (const code of ['LOT_SPENT', 'ALREADY_REVERSED', 'ENTRY_UNKNOWN']) {
    expect(seen).toContain(`ReverseEntry ${code}`)
  }
  for (const code of [
    'FOLD_INCOMPLETE',
    'POINTS_EXPIRED',
    'POINTS_PENDING',
    'INSUFFICIENT_POINTS',
  ]) {
    expect(seen).toContain(`RedeemPoints ${code}`)
  }
})

test('the writes of a transaction come in key order, each key once', async () => {
  const stocked = await stockedLedger()
  await fc.assert(
    fc.asyncProperty(batches(4, 12), async (day) => {
      const random = new RandomDay(stocked.clone())
      for (const batch of day) {
        const names = (await random.play(batch)).writes.map(({ name }) => name)
        expect(names).toEqual([...new Set(names)].sort())
      }
    }),
    { seed: 20261202, numRuns: 50 },
  )
})
