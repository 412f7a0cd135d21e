import { afterEach, describe, expect, test, vi } from 'vitest'
import { BlockFollower } from '../../gateway/fabric/block-follower.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { FakeChannel } from './fake-channel.ts'

interface Following {
  readonly follower: BlockFollower
  readonly projection: Projection
  readonly faults: string[]
}

const running: BlockFollower[] = []

afterEach(async () => {
  vi.useRealTimers()
  for (const follower of running.splice(0)) await follower.stop()
})

function follow(channel: FakeChannel, projection = Projection.open(':memory:')): Following {
  const faults: string[] = []
  const follower = new BlockFollower({
    network: channel.network,
    chaincode: 'ledger',
    sink: projection,
    onFault: (error) => faults.push(String(error)),
  })
  follower.start()
  running.push(follower)
  return { follower, projection, faults }
}

/** A projection that has read a whole channel. */
async function projectionOf(channel: FakeChannel): Promise<Projection> {
  const { follower, projection } = follow(channel)
  await follower.whenCaughtUp()
  await follower.stop()
  return projection
}

describe('a follower has caught up', () => {
  test('when it has all that the peer had', async () => {
    const channel = new FakeChannel('one', 5)
    const { follower, projection, faults } = follow(channel)
    expect(follower.caughtUp()).toBe(false)
    await follower.whenCaughtUp()
    expect(follower.caughtUp()).toBe(true)
    expect(projection.checkpoint()?.blockNumber).toBe(4n)
    expect(faults).toEqual([])
  })

  test('not before the first block has come', async () => {
    const channel = new FakeChannel('one', 0)
    const { follower } = follow(channel)
    const early = vi.fn<() => void>()
    const late = follower.whenCaughtUp().then(early)
    await vi.waitUntil(() => channel.openStreams > 0)
    expect(early).not.toHaveBeenCalled()
    channel.commit()
    await late
  })

  test('on a chain that never rests, with the block that was committed next', async () => {
    const channel = new FakeChannel('one', 5)
    const commits = setInterval(() => channel.commit(), 20)
    const { follower, projection } = follow(channel)
    await follower.whenCaughtUp()
    clearInterval(commits)
    expect(projection.checkpoint()?.blockNumber).toBeGreaterThanOrEqual(5n)
  })

  test('and no longer so when the stream breaks, until it has again', async () => {
    const channel = new FakeChannel('one', 3)
    const { follower, projection, faults } = follow(channel)
    await follower.whenCaughtUp()
    channel.breakStreams()
    await vi.waitUntil(() => faults.length > 0)
    expect(follower.caughtUp()).toBe(false)
    channel.commit()
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
    expect(faults).toEqual(['Error: the connection is gone'])
  })

  test('and leaves no stream behind when it stops', async () => {
    const channel = new FakeChannel('one', 3)
    const { follower } = follow(channel)
    await follower.whenCaughtUp()
    await follower.stop()
    await vi.waitUntil(() => channel.openStreams === 0)
    expect(follower.caughtUp()).toBe(false)
  })
})

describe('a ledger that is not the one which was read', () => {
  test('is read from the start, and the old one is forgotten', async () => {
    const old = await projectionOf(new FakeChannel('one', 9))
    const channel = new FakeChannel('two', 4)
    const { follower, projection, faults } = follow(channel, old)
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
    const other = await projectionOf(channel)
    expect(projection.checkpoint()).toEqual(other.checkpoint())
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('the ledger is another one')
  })

  test('is gone on with when it is the same', async () => {
    const channel = new FakeChannel('one', 4)
    const known = await projectionOf(channel)
    const reset = vi.spyOn(known, 'reset')
    channel.commit()
    const { follower, projection, faults } = follow(channel, known)
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(4n)
    expect(reset).not.toHaveBeenCalled()
    expect(faults).toEqual([])
  })

  test('is a fault when it is the same but shorter, until it has the last block again', async () => {
    const channel = new FakeChannel('one', 4)
    const known = await projectionOf(channel)
    channel.heldFrom = 2
    channel.streamsOpened = 0
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { follower, projection, faults } = follow(channel, known)
    // Block 0 is compared by a stream of its own; that of block 3 is the second.
    await vi.waitUntil(() => channel.streamsOpened > 1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(faults).toEqual(['Error: the peer does not deliver block 3, which was there'])
    expect(follower.caughtUp()).toBe(false)
    vi.useRealTimers()
    channel.heldFrom = Number.POSITIVE_INFINITY
    channel.wake()
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
  })
})

describe('waiting for a block', () => {
  test('ends when the block has been applied', async () => {
    const channel = new FakeChannel('one', 1)
    const { follower, projection } = follow(channel)
    const waiting = follower.block(2n)
    channel.commit()
    channel.commit()
    await waiting
    expect(projection.checkpoint()?.blockNumber).toBe(2n)
    await follower.block(0n)
  })

  test('for one that is far away is refused at once', async () => {
    const channel = new FakeChannel('one', 3)
    const { follower } = follow(channel)
    await follower.whenCaughtUp()
    await expect(follower.block(1_004n)).rejects.toMatchObject({
      code: 'NOT_YET',
      detail: { blockNumber: '1004' },
    })
  })

  test('is not for more than 10,000 at a time, and in vain after 15 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const channel = new FakeChannel('one', 1)
    const { follower } = follow(channel)
    const waiting = Array.from({ length: 10_000 }, () => follower.block(500n))
    const settled = Promise.allSettled(waiting)
    await expect(follower.block(500n)).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    await vi.advanceTimersByTimeAsync(15_000)
    const results = await settled
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10_000)
    expect(results[0]).toMatchObject({ reason: { code: 'NOT_YET' } })
  })
})
