import { describe, expect, test } from 'vitest'
import type { PaceState } from '../../gateway/batching/pace.ts'
import { Pace } from '../../gateway/batching/pace.ts'
import { commandsOf, FakeLedger, ORIGIN, transfer } from '../support/fake-ledger.ts'

const LIMITS = { maxInFlight: 3, maxCommands: 950, targetMs: 2_000 }

function state(change: Partial<PaceState> = {}): PaceState {
  return { inFlight: 1, waiting: 10, isEndorsing: false, isCrowded: false, ...change }
}

/** A pace after a batch that took so long, and the time then. */
function after(tookMs: number): { readonly pace: Pace; readonly nowMs: number } {
  const pace = new Pace(LIMITS)
  pace.started(0)
  pace.answered(0, tookMs)
  return { pace, nowMs: tookMs }
}

describe('a batch starts', () => {
  test('at once when nothing is in flight', () => {
    expect(after(600).pace.delayMs(601, state({ inFlight: 0, waiting: 1 }))).toBe(0)
  })

  test('not beside one that is being endorsed, nor when all places are taken', () => {
    const { pace, nowMs } = after(600)
    const full = { waiting: 5_000 }
    expect(pace.delayMs(nowMs + 9_000, state({ ...full, isEndorsing: true }))).toBe(Infinity)
    expect(pace.delayMs(nowMs + 9_000, state({ ...full, inFlight: 3 }))).toBe(Infinity)
  })

  test('beside others at once when it is full, else after a third of the time that one takes', () => {
    const { pace } = after(600)
    pace.started(1_000)
    expect(pace.delayMs(1_010, state({ waiting: 950 }))).toBe(0)
    expect(pace.delayMs(1_010, state({ waiting: 949 }))).toBe(190)
    expect(pace.delayMs(1_200, state())).toBe(0)
  })
})

describe('what takes too long', () => {
  test('costs a place, down to one, and then size, down to 400', () => {
    const { pace } = after(2_001)
    const steps = [[pace.places, pace.size(state())]]
    for (let at = 10_000; at < 60_000; at += 5_000) {
      pace.answered(at, at + 3_000)
      steps.push([pace.places, pace.size(state())])
    }
    expect(steps.slice(0, 4)).toEqual([
      [2, 950],
      [1, 950],
      [1, 713],
      [1, 535],
    ])
    expect(steps.at(-1)).toEqual([1, 400])
  })

  test('counts once for batches that were in flight together', () => {
    const pace = new Pace(LIMITS)
    for (const startedMs of [0, 10, 20]) pace.answered(startedMs, 3_000)
    expect(pace.places).toBe(2)
  })

  test('is forgotten when batches are quick again: first size comes back, then places', () => {
    const { pace } = after(2_001)
    for (let at = 10_000; at < 60_000; at += 5_000) pace.answered(at, at + 3_000)
    const steps = []
    for (let at = 100_000; at < 150_000; at += 5_000) {
      pace.answered(at, at + 900)
      steps.push([pace.places, pace.size(state())])
    }
    expect(steps.slice(0, 7)).toEqual([
      [1, 500],
      [1, 625],
      [1, 782],
      [1, 950],
      [2, 950],
      [3, 950],
      [3, 950],
    ])
  })
})

describe('while somebody floods and others do not', () => {
  test.each([
    ['as many as double the time of a lone command', 300, 500, 1_300, 150],
    ['50 at least', 30, 900, 930, 50],
    ['as many as ever at most', 900, 200, 910, 950],
  ])('a batch has %s', (_, loneMs, commands, tookMs, expected) => {
    const { pace } = after(600)
    pace.took(loneMs, 1)
    pace.took(tookMs, commands)
    expect(pace.size(state({ isCrowded: true }))).toBe(expected)
    expect(pace.size(state())).toBe(950)
    // One at a time, however much waits.
    const crowd = state({ isCrowded: true, waiting: 5_000 })
    expect(pace.delayMs(601, crowd)).toBe(Infinity)
    expect(pace.delayMs(601, { ...crowd, inFlight: 0 })).toBe(0)
  })

  test('the shortest time of a lone command counts, and is forgotten slowly', () => {
    const { pace } = after(600)
    pace.took(100, 3)
    pace.took(1_100, 500)
    expect(pace.size(state({ isCrowded: true }))).toBe(50)
    for (let count = 0; count < 100; count += 1) pace.took(400, 1)
    expect(pace.size(state({ isCrowded: true }))).toBe(200)
  })
})

async function flood(batcher: ReturnType<FakeLedger['batcher']>, size: number): Promise<void> {
  const commands = Array.from({ length: size }, (_, index) => transfer(`mall:m-${index}`))
  await Promise.all(commands.map((one) => batcher.submit(one, { ...ORIGIN, client: 'the flood' })))
}

describe('of a client that floods', () => {
  test('no command of another waits for more than the batch that has just left', async () => {
    const ledger = new FakeLedger()
    const batcher = ledger.batcher({ maxInFlight: 1, maxCommands: 100 })
    const flooded = flood(batcher, 2_000)
    await expect.poll(() => ledger.requests.length, { interval: 1 }).toBeGreaterThan(2)
    const before = ledger.requests.length
    const command = transfer('bank:m-bob')
    await batcher.submit(command, { ...ORIGIN, client: 'bob' })
    const at = ledger.requests.findIndex((request) =>
      commandsOf(request).some((one) => one.command.id === command.command.id),
    )
    expect(at - before).toBeLessThanOrEqual(1)
    await flooded
  })

  test.each([
    ['short as long as others of its organisation are there', 'mall:m-bob', true],
    ['as large as ever beside people of another', 'bank:m-bob', false],
  ])('the batches are %s', async (_, other, areShort) => {
    const ledger = new FakeLedger()
    const batcher = ledger.batcher({ maxInFlight: 1 })
    await batcher.submit(transfer(other), { ...ORIGIN, client: 'bob' })
    // Of which each takes so long that only the fewest may go together.
    ledger.commandMs = 1
    const flooded = flood(batcher, 2_000)
    for (let times = 0; times < 5; times += 1) {
      await batcher.submit(transfer(other), { ...ORIGIN, client: 'bob' })
    }
    await flooded
    const sizes = ledger.requests.map(({ commands }) => commands.length)
    expect(sizes.some((size) => size > 500)).toBe(true)
    expect(sizes.includes(50)).toBe(areShort)
  })
})

test('several places are used when as much waits', async () => {
  let most = 0
  const ledger = new FakeLedger((request) => {
    most = Math.max(most, ledger.inFlight.length + 1)
    return commandsOf(request).map(({ command: { actor, id } }) => {
      return { status: 'accepted', actor, id, replayed: false }
    })
  })
  const batcher = ledger.batcher({ maxCommands: 5 })
  const commands = Array.from({ length: 100 }, (_, index) => transfer(`mall:m-${index}`))
  await Promise.all(commands.map((one) => batcher.submit(one, ORIGIN)))
  expect(most).toBe(3)
})
