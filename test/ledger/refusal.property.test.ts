import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandKey, ERROR_TABLE } from '../../ledger/index.ts'
import type { Outcome } from '../../ledger/index.ts'
import { stockedLedger } from '../support/opened-ledger.ts'
import { RandomDay } from '../support/random-day.ts'
import { batches, steps } from '../support/random-steps.ts'
import { ORGANISATIONS } from '../support/world.ts'

function recordName({ actor, id }: Outcome): string {
  return commandKey(actor, id).name
}

test('a refused command changes nothing but its own record', async () => {
  const stocked = await stockedLedger()
  await fc.assert(
    fc.asyncProperty(steps(10, 25), async (sequence) => {
      const random = new RandomDay(stocked.clone())
      for (const step of sequence) {
        const fold = random.fold('complete')
        const before = new Map(random.ledger.state)
        const { outcomes, writes } = await random.ledger.submit(
          'mall',
          [random.materialise(step)],
          {
            fold,
          },
        )
        const [outcome] = outcomes
        if (outcome?.status !== 'refused') continue
        const { code, replayed } = outcome
        const name = recordName(outcome)
        const isNew = ERROR_TABLE[code].recorded && !replayed && !before.has(name)
        expect(writes.map((write) => write.name)).toEqual(isNew ? [name] : [])
      }
    }),
    { seed: 31, numRuns: 100 },
  )
})

test('a batch without its refused commands writes the same but for their records', async () => {
  const stocked = await stockedLedger()
  await fc.assert(
    fc.asyncProperty(batches(6, 12), async (day) => {
      const random = new RandomDay(stocked.clone())
      for (const batch of day) {
        const before = random.ledger.clone()
        const fold = random.fold(batch.fold)
        const commands = batch.steps.map((step) => random.materialise(step, batch.organisation))
        const options = { lane: batch.lane, fold }
        const { outcomes } = await random.ledger.submit(batch.organisation, commands, options)
        const kept = commands.filter((_, at) => outcomes[at]?.status === 'accepted')
        if (kept.length > 0) await before.submit(batch.organisation, kept, options)
        const state = new Map(random.ledger.state)
        for (const outcome of outcomes) {
          if (outcome.status === 'refused' && !before.state.has(recordName(outcome))) {
            state.delete(recordName(outcome))
          }
        }
        expect(state).toEqual(before.state)
      }
    }),
    { seed: 32, numRuns: 100 },
  )
})

test('the same id gives the same outcome, whoever resubmits it and whenever', async () => {
  const stocked = await stockedLedger()
  await fc.assert(
    fc.asyncProperty(batches(5, 8), fc.nat(100), async (day, offset) => {
      const played = new RandomDay(stocked.clone())
      const first = new Map<string, { readonly command: unknown; readonly outcome: Outcome }>()
      for (const batch of day) {
        const { outcomes, commands } = await played.play(batch)
        for (const [at, outcome] of outcomes.entries()) {
          const name = recordName(outcome)
          const isRecorded = outcome.status === 'accepted' || ERROR_TABLE[outcome.code].recorded
          if (isRecorded && !first.has(name)) first.set(name, { command: commands[at], outcome })
        }
      }
      for (const [at, { command, outcome }] of [...first.values()].entries()) {
        const organisation = ORGANISATIONS[(at + offset) % 3] ?? 'bank'
        const lane = (at + offset) % 64
        const again = await played.ledger.submit(organisation, [command], { lane })
        expect(again.outcomes).toEqual([{ ...outcome, replayed: true }])
        expect([...again.writes, ...again.published]).toEqual([])
      }
    }),
    { seed: 33, numRuns: 60 },
  )
})
