import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import {
  canonicalEntry,
  commandKey,
  decodeAnswer,
  decodePublication,
  encodeAnswer,
  encodePublication,
} from '../../ledger/index.ts'
import { stockedLedger } from '../support/opened-ledger.ts'
import { RandomDay } from '../support/random-day.ts'
import { batches } from '../support/random-steps.ts'

const NOTHING_RECORDED = () => ({ hash: '', entryHash: '' })

test('what a transaction says of its entries and outcomes is all of them', async () => {
  const stocked = await stockedLedger()
  let entries = 0
  await fc.assert(
    fc.asyncProperty(batches(6, 10), async (history) => {
      const random = new RandomDay(stocked.clone())
      for (const batch of history) {
        const { outcomes, commands, published } = await random.play(batch)
        const answer = { outcomes, writes: 3 }
        expect(decodeAnswer(encodeAnswer(answer), commands)).toEqual(answer)
        const submitter = published[0]?.entry.submitter ?? ''
        const decoded = decodePublication(encodePublication(published), {
          commands,
          submitter,
          recorded: ({ actor, id }) => {
            const record = random.ledger.get(commandKey(actor, id))
            if (record?.status !== 'accepted') throw new Error(`not accepted: ${id}`)
            return { hash: record.hash, entryHash: record.entryHash ?? '' }
          },
        })
        expect(decoded.map(({ entry }) => entry)).toEqual(published.map(({ entry }) => entry))
        for (const { entry, hash } of decoded) {
          expect(cryptography.sha256(canonicalEntry(entry))).toBe(hash)
        }
        entries += decoded.length
      }
    }),
    { seed: 15, numRuns: 30 },
  )
  expect(entries).toBeGreaterThan(100)
})

test('an entry of a command that the transaction does not hold is a fault', () => {
  const text = '{"cycles":[["2026-12-01.1",[[7,[]]]]],"v":1}'
  const context = { commands: [], submitter: 'bank', recorded: NOTHING_RECORDED }
  expect(() => decodePublication(text, context)).toThrow('no command')
})
