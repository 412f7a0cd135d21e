import { expect, test } from 'vitest'
import { BlockCutter } from '../../network/embedded/block-cutter.ts'
import { CommitFeed } from '../../network/embedded/commit-feed.ts'
import { CommitLock } from '../../network/embedded/commit-lock.ts'
import { StateCache } from '../../network/embedded/state-cache.ts'

const NEVER = 1 << 30

function gathered(cutting: { maxTransactions?: number; maxBytes?: number; timeoutMs?: number }) {
  const batches: number[][] = []
  const complete = { maxTransactions: NEVER, maxBytes: NEVER, timeoutMs: NEVER, ...cutting }
  const cutter = new BlockCutter<{ bytes: Uint8Array }>(complete, async (batch) => {
    await Promise.resolve()
    batches.push(batch.map(({ bytes }) => bytes.length))
  })
  return { cutter, batches }
}

test('blocks are cut by number', async () => {
  const { cutter, batches } = gathered({ maxTransactions: 2 })
  for (const size of [1, 2, 3]) cutter.add({ bytes: new Uint8Array(size) })
  await cutter.drain()
  expect(batches).toEqual([[1, 2], [3]])
})

test('blocks are cut by size; what is larger than a block has one of its own', async () => {
  const { cutter, batches } = gathered({ maxBytes: 10 })
  for (const size of [4, 5, 6, 30, 1]) cutter.add({ bytes: new Uint8Array(size) })
  await cutter.drain()
  expect(batches).toEqual([[4, 5], [6], [30], [1]])
})

test('a block is cut after a time', async () => {
  const { promise, resolve } = Promise.withResolvers<number>()
  const cutting = { maxTransactions: NEVER, maxBytes: NEVER, timeoutMs: 1 }
  const cutter = new BlockCutter<{ bytes: Uint8Array }>(cutting, async (batch) => {
    resolve(batch.length)
  })
  cutter.add({ bytes: new Uint8Array(1) })
  cutter.add({ bytes: new Uint8Array(1) })
  expect(await promise).toBe(2)
})

test('a commit waits for simulations under way, and later ones wait for it', async () => {
  const lock = new CommitLock()
  const steps: string[] = []
  const first = Promise.withResolvers<void>()
  const simulation = lock.shared(async () => {
    steps.push('simulation starts')
    await first.promise
    steps.push('simulation ends')
  })
  const alongside = lock.shared(async () => steps.push('alongside'))
  const commit = lock.exclusive(() => steps.push('commit'))
  const later = lock.shared(async () => steps.push('later'))
  await alongside
  first.resolve()
  await Promise.all([simulation, commit, later])
  expect(steps).toEqual(['simulation starts', 'alongside', 'simulation ends', 'commit', 'later'])
})

test('a failed simulation or commit gives the lock back', async () => {
  const lock = new CommitLock()
  await expect(lock.shared(async () => fail())).rejects.toThrow('failed')
  await expect(lock.exclusive(fail)).rejects.toThrow('failed')
  expect(await lock.exclusive(() => 'free')).toBe('free')
})

test('who waits for a commit is woken, aborted or told of the end', async () => {
  const feed = new CommitFeed()
  const { signal } = new AbortController()
  const woken = feed.next(signal)
  feed.committed()
  await woken
  const leaving = new AbortController()
  const left = feed.next(leaving.signal)
  leaving.abort()
  await expect(left).rejects.toThrow('aborted')
  const told = feed.next(signal)
  feed.end(new Error('over'))
  await expect(told).rejects.toThrow('over')
  await expect(feed.next(signal)).rejects.toThrow('over')
})

test('the state cache keeps what is used and forgets the rest', () => {
  const cache = new StateCache(100_000)
  cache.set('used', 'absent')
  for (let index = 0; index < 5_000; index += 1) {
    cache.set(`key ${index}`, 'absent')
    expect(cache.get('used')).toBe('absent')
  }
  expect(cache.get('key 0')).toBeUndefined()
  expect(cache.get('key 4999')).toBe('absent')
})

function fail(): never {
  throw new Error('failed')
}
