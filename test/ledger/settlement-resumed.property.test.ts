import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { booksOf, comparableBooks, contradictions } from '../support/books.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { submitOne } from '../support/opened-ledger.ts'
import {
  closingBody,
  financeOf,
  PAIRS,
  paymentsOf,
  positionsOf,
  settle,
  signedBy,
  tradedLedger,
} from '../support/settlement-world.ts'

interface Step {
  readonly organisation: string
  readonly command: SignedCommand
}

/** Takes a cycle from open to settled, and answers the commands of all steps in their order. */
async function settledBySteps(ledger: MemoryLedger): Promise<Step[]> {
  const steps: Step[] = []
  const act = async (
    signers: readonly string[],
    type: string,
    body: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    await take({
      organisation: signers[0]?.split(':')[0] ?? '',
      command: signedBy(signers, type, body),
    })
  }
  const take = async (step: Step): Promise<void> => {
    steps.push(step)
    expect(await submitOne(ledger, step.organisation, step.command)).toMatchObject({
      status: 'accepted',
    })
  }
  for (const pair of PAIRS) {
    await act(financeOf(...pair.split(':')), 'ClosePosition', closingBody(ledger, pair))
  }
  await take({ organisation: 'bank', command: settle() })
  for (const { id, debtor, creditor, fen } of paymentsOf(ledger)) {
    const body = { payment: id, reference: 'B-1', fen: String(fen) }
    await act(financeOf(debtor), 'SendRemittance', body)
    await act(financeOf(creditor), 'ConfirmRemittance', body)
  }
  return steps
}

test('a settlement that dies at any steps and begins again each time comes to the same', async () => {
  const whole = await tradedLedger()
  const opened = whole.clone()
  const steps = await settledBySteps(whole)
  expect(steps.length).toBeGreaterThan(5)
  const deaths = fc.array(fc.nat(steps.length), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(deaths, async (places) => {
      const ledger = opened.clone()
      for (const place of [...places, steps.length]) {
        for (const { organisation, command } of steps.slice(0, place)) {
          const { status } = await submitOne(ledger, organisation, command)
          expect(status).toBe('accepted')
        }
      }
      expect(comparableBooks(booksOf(ledger))).toEqual(comparableBooks(booksOf(whole)))
      expect(paymentsOf(ledger)).toEqual(paymentsOf(whole))
      expect(positionsOf(ledger)).toEqual(positionsOf(whole))
      expect(contradictions(ledger)).toEqual([])
    }),
    { numRuns: 40 },
  )
})
