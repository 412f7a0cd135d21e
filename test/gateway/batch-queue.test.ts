import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WaitingCommand } from '../../gateway/batching/batch-queue.ts'
import { BatchQueue } from '../../gateway/batching/batch-queue.ts'
import type { ShapedCommand } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'

function waiting(keys: readonly string[], identity: 'client' | 'admin' = 'client'): WaitingCommand {
  return {
    shaped: {} as ShapedCommand,
    identity,
    keys,
    debits: [],
    bytes: 1,
    resolve: () => undefined,
    reject: () => undefined,
  }
}

const noWeight = (): number => 0

test('batches in flight never share a key, and commands on one key keep their order', () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 })
  fc.assert(
    fc.property(
      fc.array(keys),
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.nat(9)),
      (all, maxCommands, choices) => {
        const queue = new BatchQueue(1_000)
        const commands = all.map((own) => waiting(own))
        for (const command of commands) queue.add(command)
        const inFlight: WaitingCommand[][] = []
        const done: WaitingCommand[] = []
        while (done.length < commands.length) {
          const busy = new Set(
            inFlight.flatMap((batch) => batch.flatMap((command) => command.keys)),
          )
          const batch = queue.take(
            { maxCommands, maxWeight: 9, maxBytes: 1_000 },
            (key) => busy.has(key),
            noWeight,
          )
          expect(batch.flatMap((command) => command.keys).some((key) => busy.has(key))).toBe(false)
          if (batch.length > 0) inFlight.push(batch)
          const finish = (choices.next().value ?? 0) % 3 === 0 || batch.length === 0
          if (finish) done.push(...(inFlight.shift() ?? []))
        }
        for (const key of ['a', 'b', 'c', 'd']) {
          const onKey = (list: readonly WaitingCommand[]): WaitingCommand[] =>
            list.filter((command) => command.keys.includes(key))
          expect(onKey(done)).toEqual(onKey(commands))
        }
      },
    ),
    { seed: 11, numRuns: 300 },
  )
})

test('a batch has one identity', () => {
  const queue = new BatchQueue(10)
  const [admin, client] = [waiting(['x'], 'admin'), waiting(['y'])]
  queue.add(admin)
  queue.add(client)
  const take = (): WaitingCommand[] =>
    queue.take({ maxCommands: 9, maxWeight: 9, maxBytes: 1_000 }, () => false, noWeight)
  expect(take()).toEqual([admin])
  expect(take()).toEqual([client])
})

test('a batch does not name more credits than a transaction takes, but one command always goes', () => {
  const queue = new BatchQueue(10)
  for (const key of ['x', 'y', 'z']) queue.add(waiting([key]))
  const take = (): number =>
    queue.take(
      { maxCommands: 9, maxWeight: 10, maxBytes: 1_000 },
      () => false,
      () => 6,
    ).length
  expect([take(), take(), take(), take()]).toEqual([1, 1, 1, 0])
})

test('a full queue refuses', () => {
  const queue = new BatchQueue(1)
  queue.add(waiting([]))
  expect(() => queue.add(waiting([]))).toThrow(LedgerError)
  expect(() => queue.add(waiting([]))).toThrow(/^QUEUE_FULL/)
})
