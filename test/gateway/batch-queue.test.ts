import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../gateway/batching/batch.ts'
import { BatchQueue } from '../../gateway/batching/batch-queue.ts'
import type { Track, WaitingCommand } from '../../gateway/batching/waiting-command.ts'
import { KEEPER } from '../../gateway/batching/waiting-command.ts'
import { LedgerError } from '../../ledger/index.ts'
import { transfer } from '../support/fake-ledger.ts'

const COMMAND = transfer('mall:m-ann')

function waiting(
  keys: readonly string[],
  change: Partial<Pick<WaitingCommand, 'client' | 'identity'>> & { readonly actor?: string } = {},
): WaitingCommand {
  const { actor = 'mall:m-ann', ...rest } = change
  return {
    shaped: { ...COMMAND, command: { ...COMMAND.command, actor } },
    identity: 'client',
    client: 'ann',
    keys,
    debits: [],
    bytes: 1,
    arrivedMs: 0,
    resolve: () => undefined,
    reject: () => undefined,
    ...rest,
  }
}

const NO_LIMITS = { maxCommands: 1_000, maxWeight: 9, maxBytes: 10_000, weigh: () => 0 }

function take(
  queue: BatchQueue,
  maxCommands = 1_000,
  track: Track = 'ordinary',
): Batch | undefined {
  return queue.take(track, { ...NO_LIMITS, maxCommands })
}

function commandsOf(batch: Batch | undefined): readonly WaitingCommand[] {
  return batch?.commands ?? []
}

const KEYS = ['a', 'b', 'c', 'd', 'e']
const command = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 3 }),
  client: fc.constantFrom('ann', 'bob', 'cat'),
  actor: fc.constantFrom('mall:m-ann', 'mall:m-bob'),
})
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), most: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), pick: fc.nat(9) }) },
  fc.record({ kind: fc.constant('put back' as const), pick: fc.nat(9), mask: fc.nat(31) }),
  fc.record({ kind: fc.constant('suspect' as const), isSuspect: fc.boolean() }),
  fc.record({ kind: fc.constant('add' as const), commands: fc.array(command, { maxLength: 6 }) }),
)
type Happening = typeof happening extends fc.Arbitrary<infer Value> ? Value : never

/** A queue with batches in flight, of which none may ever share a key with another. */
class Site {
  readonly added: WaitingCommand[] = []
  readonly done: WaitingCommand[] = []
  readonly faults: string[] = []
  #inFlight: Batch[] = []
  #isSuspect = false
  readonly queue = new BatchQueue(1_000, ({ shaped }) => {
    return this.#isSuspect && shaped.command.actor === 'mall:m-bob'
  })

  happen(event: Happening): void {
    if (event.kind === 'take') this.#take(event.most + 1)
    else if (event.kind === 'end') this.#end(event.pick)
    else if (event.kind === 'put back') this.#putBack(event.pick, event.mask)
    else if (event.kind === 'suspect') this.#isSuspect = event.isSuspect
    else for (const { keys, ...rest } of event.commands) this.#add(waiting(keys, rest))
  }

  finish(): void {
    for (let round = 0; this.done.length < this.added.length; round += 1) {
      if (round > 1_000) throw new Error('some are never taken')
      this.#take(9)
      this.#end(0)
    }
  }

  #add(one: WaitingCommand): void {
    this.queue.add(one)
    this.added.push(one)
  }

  #take(most: number): void {
    for (const track of ['ordinary', 'alone'] as const) {
      const batch = take(this.queue, most, track)
      if (batch === undefined) continue
      if (batch.size > (track === 'alone' ? 1 : most)) this.faults.push(`a batch of ${batch.size}`)
      const busy = new Set(this.#inFlight.flatMap(({ keys }) => [...keys]))
      const shared = batch.commands.flatMap(({ keys }) => keys).filter((key) => busy.has(key))
      this.faults.push(...shared)
      this.#inFlight.push(batch)
    }
  }

  #end(pick: number): void {
    const [batch] = this.#inFlight.splice(pick % Math.max(this.#inFlight.length, 1), 1)
    if (batch === undefined) return
    this.done.push(...batch.commands)
    this.queue.release(batch)
  }

  /** Of commands that share a key, the later ones go with the earlier. */
  #putBack(pick: number, mask: number): void {
    const batch = this.#inFlight[pick % Math.max(this.#inFlight.length, 1)]
    if (batch === undefined) return
    const back = new Set<WaitingCommand>()
    const keys = new Set<string>()
    for (const [at, one] of batch.commands.entries()) {
      if (((mask >> at) & 1) === 0 && !one.keys.some((key) => keys.has(key))) continue
      back.add(one)
      for (const key of one.keys) keys.add(key)
    }
    this.queue.putBack(batch, back)
  }
}

describe('in whatever order batches come to an end or give commands back', () => {
  test('batches in flight never share a key, and commands on one key keep their order', () => {
    fc.assert(
      fc.property(fc.array(happening, { minLength: 5, maxLength: 60 }), (events) => {
        const site = new Site()
        for (const event of events) site.happen(event)
        site.finish()
        expect(site.faults).toEqual([])
        for (const key of KEYS) {
          const onKey = (list: readonly WaitingCommand[]): WaitingCommand[] =>
            list.filter(({ keys }) => keys.includes(key))
          expect(onKey(site.done)).toEqual(onKey(site.added))
        }
        expect(site.queue.drain()).toEqual([])
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})

test('commands of one key go into one batch, in their order', () => {
  const queue = new BatchQueue(10)
  const chain = [waiting(['x']), waiting(['x', 'y']), waiting(['y'], { client: 'bob' })]
  for (const one of chain) queue.add(one)
  expect(commandsOf(take(queue))).toEqual(chain)
})

test('of one client the oldest goes first, also when it had to wait for a key', () => {
  const queue = new BatchQueue(10)
  const [first, held, later] = [waiting(['x']), waiting(['x']), waiting(['z'])]
  for (const one of [first, held, later]) queue.add(one)
  const batch = take(queue, 1)
  if (batch === undefined) throw new Error('nothing was taken')
  expect(commandsOf(batch)).toEqual([first])
  queue.release(batch)
  expect(commandsOf(take(queue, 1))).toEqual([held])
})

test('a batch has one identity', () => {
  const queue = new BatchQueue(10)
  const [admin, client] = [waiting(['x'], { identity: 'admin' }), waiting(['y'])]
  queue.add(admin)
  queue.add(client)
  expect(commandsOf(take(queue))).toEqual([admin])
  expect(commandsOf(take(queue))).toEqual([client])
})

test("what the keeper sends goes on a track of its own, and suspects' commands one by one", () => {
  const queue = new BatchQueue(10, ({ shaped }) => shaped.command.actor === 'mall:m-eve')
  const due = waiting(['a'], { client: KEEPER })
  const suspect = [waiting(['b'], { actor: 'mall:m-eve' }), waiting(['c'], { actor: 'mall:m-eve' })]
  const plain = waiting(['d'])
  for (const one of [due, ...suspect, plain]) queue.add(one)
  expect(commandsOf(take(queue))).toEqual([plain])
  expect(commandsOf(take(queue, 9, 'keeper'))).toEqual([due])
  expect(commandsOf(take(queue, 9, 'alone'))).toEqual([suspect[0]])
  expect(commandsOf(take(queue, 9, 'alone'))).toEqual([suspect[1]])
})

test('a batch does not name more credits than a transaction takes, but one command always goes', () => {
  const queue = new BatchQueue(10)
  for (const key of ['x', 'y', 'z']) queue.add(waiting([key]))
  const sizeOf = (weight: number): number | undefined =>
    queue.take('ordinary', { ...NO_LIMITS, maxWeight: 10, weigh: () => weight })?.size
  expect([sizeOf(6), sizeOf(11), sizeOf(6), sizeOf(6)]).toEqual([1, 1, 1, undefined])
})

function flooded(): { readonly queue: BatchQueue; readonly bobs: WaitingCommand } {
  const queue = new BatchQueue(20_000)
  for (let index = 0; index < 5_000; index += 1) queue.add(waiting([`k${index}`]))
  const bobs = waiting(['bob'], { client: 'bob' })
  queue.add(bobs)
  return { queue, bobs }
}

describe('when one client floods', () => {
  test("another's command is in the next batch", () => {
    const { queue, bobs } = flooded()
    expect(commandsOf(take(queue, 10))).toContain(bobs)
  })

  test('clients take turns', () => {
    const { queue } = flooded()
    for (let index = 0; index < 20; index += 1) queue.add(waiting([`c${index}`], { client: 'cat' }))
    const clients = commandsOf(take(queue, 21)).map(({ client }) => client)
    expect(clients.filter((client) => client === 'cat')).toHaveLength(10)
  })

  test('those who do not have a way past it', () => {
    const { queue, bobs } = flooded()
    expect([queue.isFlooded, queue.isLight('ann'), queue.isLight('bob')]).toEqual([
      true,
      false,
      true,
    ])
    expect(commandsOf(take(queue, 1_000, 'express'))).toEqual([bobs])
    expect(take(queue, 1_000, 'express')).toBeUndefined()
  })

  test('it is over when its commands have been answered', () => {
    const { queue } = flooded()
    expect(queue.isFlooded).toBe(true)
    for (let batch = take(queue); batch !== undefined; batch = take(queue)) {
      for (const one of batch.commands) queue.answered(one)
      queue.release(batch)
    }
    expect(queue.isFlooded).toBe(false)
  })

  test('its commands leave room in the queue for others', () => {
    const queue = new BatchQueue(400)
    const add = (client: string): void => queue.add(waiting([], { client }))
    for (let index = 0; index < 300; index += 1) add('ann')
    expect(() => add('ann')).toThrow(/^QUEUE_FULL/)
    for (let index = 0; index < 5; index += 1) add('bob')
    expect(() => add('bob')).toThrow(LedgerError)
    for (let index = 0; index < 95; index += 1) add(`c${index}`)
    expect(() => add('dan')).toThrow(/^QUEUE_FULL/)
  })
})
