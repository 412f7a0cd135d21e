import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Played, Task } from '../../cli/day/play.ts'
import { play } from '../../cli/day/play.ts'
import { GatewayClient } from '../../cli/gateway-client.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { FakeAnswer, FakeBehaviour, FakeGateways, Post } from './fake-gateways.ts'
import { startFakeGateways } from './fake-gateways.ts'

const ORGANISATIONS = ['bank', 'mall'] as const

let open: FakeGateways | undefined

afterEach(async () => {
  await open?.close()
  open = undefined
})

interface NumberedTask extends Task {
  readonly index: number
}

function tasksOf(list: readonly { gateway: string; keys: readonly string[] }[]): NumberedTask[] {
  return list.map((item, index) => {
    const toText = (): string => JSON.stringify({ command: { id: String(index) }, proofs: [] })
    return { ...item, index, toText }
  })
}

async function playAt(
  behaviour: FakeBehaviour,
  tasks: readonly NumberedTask[],
  patienceMs: number,
): Promise<Played<NumberedTask>> {
  open = await startFakeGateways(ORGANISATIONS, behaviour)
  const clients = open.addresses.map((address) => new GatewayClient(address))
  const gateways = new Map(clients.map((client) => [client.organisation, client]))
  const played = await play(tasks, { gateways, role: 'client', minBlock: 0, patienceMs })
  await open.close()
  open = undefined
  return played
}

function numberOf({ command }: SignedCommand): number {
  return Number(command.id)
}

const NO_TOKENS = { admin: '', client: '' }
const ACCEPTED = { status: 'accepted', replayed: false } as const

function refused(code: string): FakeAnswer {
  return { status: 'refused', replayed: false, code, detail: {} }
}

function nothing(): Promise<readonly FakeAnswer[]> {
  return Promise.resolve([])
}

function fault(): Promise<readonly FakeAnswer[]> {
  return Promise.resolve([refused('INTERNAL')])
}

/** Answers the first command of a post as often as there are commands, and no other. */
function onlyFirst({ commands }: Post): Promise<readonly FakeAnswer[]> {
  return Promise.resolve(commands.map(() => ({ ...ACCEPTED, line: 1 })))
}

/** Accepts command 1 and has no room for the others. */
function allButOne({ commands }: Post): Promise<readonly FakeAnswer[]> {
  const answers = commands.map((command) =>
    numberOf(command) === 1 ? ACCEPTED : refused('QUEUE_FULL'),
  )
  return Promise.resolve(answers)
}

/** A gateway that sees whether a command comes before the answers that it has to wait for. */
class Watcher implements FakeBehaviour {
  readonly tooEarly: string[] = []
  readonly arrivals = new Map<number, number>()
  readonly #answered = new Map<number, number>()
  readonly #tasks: readonly NumberedTask[]
  readonly #faults: readonly number[]
  #block = 0
  #turn = 0

  /** `faults` are taken in turn: what goes wrong with a line, a post or a connection. */
  constructor(tasks: readonly NumberedTask[], faults: readonly number[]) {
    this.#tasks = tasks
    this.#faults = faults
  }

  /** What goes wrong next; nothing more when a command comes for the third time, so that plays end. */
  #fault({ commands }: Post): number {
    this.#turn += 1
    if (commands.some((command) => (this.arrivals.get(numberOf(command)) ?? 0) > 2)) return 0
    return this.#faults[this.#turn % this.#faults.length] ?? 0
  }

  answer(post: Post): Promise<readonly FakeAnswer[] | number> {
    const { commands, minBlock } = post
    this.#block += 1
    for (const command of commands) this.#arrive(numberOf(command), minBlock)
    if (this.#fault(post) === 1) return Promise.resolve(503)
    const answers = commands.map((): FakeAnswer => {
      const fault = this.#fault(post)
      if (fault === 2) return refused('QUOTA_REFILL')
      if (fault === 3) return undefined
      // A refusal that is not recorded has no block.
      if (fault === 4) return refused('ACTOR_UNKNOWN')
      return { ...ACCEPTED, blockNumber: String(this.#block) }
    })
    return Promise.resolve(answers)
  }

  #arrive(index: number, minBlock: number): void {
    this.arrivals.set(index, (this.arrivals.get(index) ?? 0) + 1)
    const own = this.#tasks[index]?.keys ?? []
    for (const { index: other, keys } of this.#tasks.slice(0, index)) {
      if (!keys.some((key) => own.includes(key))) continue
      const block = this.#answered.get(other)
      if (block === undefined) this.tooEarly.push(`${index} before the answer to ${other}`)
      else if (block > minBlock) this.tooEarly.push(`${index} without block ${block}`)
    }
  }

  breaks(post: Post): boolean {
    return this.#fault(post) === 5
  }

  onAnswered(command: SignedCommand, answer: Readonly<Record<string, unknown>>): void {
    if (answer['code'] === 'QUOTA_REFILL') return
    this.#answered.set(numberOf(command), Number(answer['blockNumber'] ?? 0))
  }
}

const someTasks = fc
  .array(
    fc.record({
      gateway: fc.constantFrom(...ORGANISATIONS),
      keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map(tasksOf)

describe('a play', () => {
  test('sends nothing before the answers that it depends on, whatever goes wrong', async () => {
    const faults = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(someTasks, faults, async (tasks, list) => {
        const watcher = new Watcher(tasks, list)
        const played = await playAt(watcher, tasks, 60_000)
        expect(watcher.tooEarly).toEqual([])
        expect(played.stopReason).toBeUndefined()
        expect(played.answers.size).toBe(tasks.length)
        expect(watcher.arrivals.size).toBe(tasks.length)
      }),
      { numRuns: 12 },
    )
  })

  test('sends each command once when nothing goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(someTasks, async (tasks) => {
        const watcher = new Watcher(tasks, [0])
        await playAt(watcher, tasks, 60_000)
        expect([...watcher.arrivals.values()]).toEqual(tasks.map(() => 1))
        expect(watcher.tooEarly).toEqual([])
      }),
      { numRuns: 30 },
    )
  })

  test('takes the first of two answers to a command, and asks again for one without', async () => {
    const tasks = tasksOf([0, 1, 2].map(() => ({ gateway: 'bank', keys: [] })))
    const { answers, unresolved } = await playAt({ answer: onlyFirst }, tasks, 60_000)
    expect(answers.size).toBe(3)
    expect(unresolved.size).toBe(0)
  })

  test('gives up what is refused in passing for too long, and sends nothing behind it', async () => {
    const tasks = tasksOf([
      { gateway: 'bank', keys: ['a'] },
      { gateway: 'mall', keys: [] },
      { gateway: 'bank', keys: ['a'] },
    ])
    const { answers, unresolved, stopReason } = await playAt({ answer: allButOne }, tasks, 150)
    expect([...answers.keys()].map(({ index }) => index)).toEqual([1])
    expect([...unresolved].map(([{ index }, code]) => `${index} ${code}`)).toEqual([
      '0 QUEUE_FULL',
      '2 NOT_SENT',
    ])
    expect(stopReason).toContain('QUEUE_FULL')
  })

  test('stops at once when the gateway does not know the token', async () => {
    const tasks = tasksOf([{ gateway: 'bank', keys: [] }])
    const { unresolved, stopReason } = await playAt(
      { answer: () => Promise.resolve(401) },
      tasks,
      60_000,
    )
    expect([...unresolved.values()]).toEqual(['UNAUTHENTICATED'])
    expect(stopReason).toContain('UNAUTHENTICATED')
  })

  test('does not take a fault of the gateway for an answer', async () => {
    const tasks = tasksOf([{ gateway: 'bank', keys: [] }])
    const { answers, unresolved } = await playAt({ answer: fault }, tasks, 60_000)
    expect(answers.size).toBe(0)
    expect([...unresolved.values()]).toEqual(['INTERNAL'])
  })

  test('gives up when nobody listens', async () => {
    const address = { organisation: 'bank', url: 'http://127.0.0.1:9', tokens: NO_TOKENS }
    const gateways = new Map([['bank', new GatewayClient(address)]])
    const tasks = tasksOf([{ gateway: 'bank', keys: [] }])
    const options = { gateways, role: 'client', minBlock: 0, patienceMs: 150 } as const
    const { unresolved, stopReason } = await play(tasks, options)
    expect([...unresolved.values()]).toEqual(['NO_CONNECTION'])
    expect(stopReason).toContain('bank')
  })

  test('asks for the gateway of every command before it sends any', async () => {
    const tasks = tasksOf([{ gateway: 'casino', keys: [] }])
    await expect(playAt({ answer: nothing }, tasks, 100)).rejects.toThrow('no gateway of casino')
  })
})
