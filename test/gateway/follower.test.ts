import { common, peer } from '@hyperledger/fabric-protos'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BlockFollower } from '../../gateway/fabric/block-follower.ts'
import { problemOf } from '../../gateway/fabric/stream-watchdog.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { envelopeOf, writing } from '../support/fake-envelope.ts'
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

function follow(
  channel: FakeChannel,
  projection = Projection.open(':memory:'),
  watchEveryMs = 60_000,
): Following {
  const faults: string[] = []
  const follower = new BlockFollower({
    network: channel.network,
    height: channel.height,
    watchEveryMs,
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
    await new Promise(setImmediate)
    expect(early).not.toHaveBeenCalled()
    channel.commit()
    await late
  })

  test('on a chain that never rests, with what the peer had at first', async () => {
    const channel = new FakeChannel('one', 5)
    const commits = setInterval(() => channel.commit(), 20)
    const { follower, projection } = follow(channel)
    await follower.whenCaughtUp()
    clearInterval(commits)
    expect(projection.checkpoint()?.blockNumber).toBeGreaterThanOrEqual(4n)
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

  test('is a named fault when it is the same but shorter, until it has the last block again', async () => {
    const channel = new FakeChannel('one', 4)
    const known = await projectionOf(channel)
    channel.heldFrom = 2
    const { follower, projection, faults } = follow(channel, known)
    await vi.waitUntil(() => faults.length > 0)
    expect(faults[0]).toBe(
      'CheckpointUnknown: the peer has 2 blocks and not block 3, which was read: ' +
        'its ledger was reset or is behind',
    )
    expect(follower.caughtUp()).toBe(false)
    channel.heldFrom = Number.POSITIVE_INFINITY
    channel.wake()
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
  })

  test('is a fault when the peer says that it has the last block and does not deliver it', async () => {
    const channel = new FakeChannel('one', 4)
    const known = await projectionOf(channel)
    channel.heldFrom = 2
    channel.reportedHeight = 4
    channel.streamsOpened = 0
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { follower, faults } = follow(channel, known)
    // Block 0 is compared by a stream of its own; that of block 3 is the second.
    await vi.waitUntil(() => channel.streamsOpened > 1)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(faults).toEqual(['Error: the peer does not deliver block 3, which was there'])
    expect(follower.caughtUp()).toBe(false)
  })
})

describe('a stream that is open', () => {
  test('and brings nothing of what the peer has is opened anew', async () => {
    const channel = new FakeChannel('one', 3)
    const { follower, projection, faults } = follow(channel, undefined, 20)
    await follower.whenCaughtUp()
    channel.heldFrom = 3
    channel.commit()
    channel.reportedHeight = 4
    await vi.waitUntil(() => faults.length > 0)
    expect(faults[0]).toBe(
      'StreamStalled: the block stream is opened anew: nothing comes and it is 1 behind',
    )
    channel.heldFrom = Number.POSITIVE_INFINITY
    channel.wake()
    await follower.whenCaughtUp()
    expect(projection.checkpoint()?.blockNumber).toBe(3n)
    expect(follower.lag()).toBe(0n)
  })

  test('and stays silent about its height, twice, is opened anew', async () => {
    const channel = new FakeChannel('one', 3)
    const { follower, faults } = follow(channel, undefined, 20)
    await follower.whenCaughtUp()
    channel.isSilent = true
    await vi.waitUntil(() => faults.length > 0)
    expect(faults[0]).toContain('the peer does not tell its height')
    channel.isSilent = false
    await follower.whenCaughtUp()
  })

  test('over a ledger that has gone back is a named fault', async () => {
    const channel = new FakeChannel('one', 4)
    const { follower, faults } = follow(channel, undefined, 20)
    await follower.whenCaughtUp()
    channel.reportedHeight = 2
    await vi.waitUntil(() => faults.length > 0)
    expect(faults[0]).toContain('CheckpointUnknown: the peer has 2 blocks and not block 3')
    expect(follower.caughtUp()).toBe(false)
  })

  test.each([
    ['starts far behind', undefined, { own: 1n, peer: 9_000n }, false],
    ['gains', { own: 1n, peer: 9_000n }, { own: 2n, peer: 9_900n }, false],
    ['is level', { own: 5n, peer: 5n }, { own: 5n, peer: 5n }, false],
    ['lags a little', { own: 5n, peer: 5n }, { own: 5n, peer: 8n }, false],
    ['stands still behind', { own: 5n, peer: 8n }, { own: 5n, peer: 8n }, true],
    ['falls far behind', { own: 5n, peer: 5n }, { own: 9n, peer: 600n }, true],
  ])('that %s', (_name, before, now, isWrong) => {
    expect(problemOf(before, now) !== undefined).toBe(isWrong)
  })
})

describe('waiting for a transaction', () => {
  const { VALID, DUPLICATE_TXID } = peer.TxValidationCode
  const id = 'e'.repeat(64)
  const { ENDORSER_TRANSACTION, CONFIG } = common.HeaderType
  const bytes = envelopeOf(ENDORSER_TRANSACTION, writing('another'), id)

  test('ends with its block, and a repetition in the chain does not speak for it', async () => {
    const channel = new FakeChannel('one', 1)
    const { follower } = follow(channel)
    await follower.whenCaughtUp()
    const seen = follower.transaction(id, AbortSignal.timeout(20_000))
    channel.commit({ bytes, code: DUPLICATE_TXID })
    channel.commit({ bytes, code: VALID }, { bytes, code: DUPLICATE_TXID })
    expect(await seen).toEqual({ blockNumber: 2n, validationCode: 'VALID' })
  })

  test('ends when nobody wants it any more', async () => {
    const { follower } = follow(new FakeChannel('one', 1))
    const waiting = new AbortController()
    const seen = follower.transaction(id, waiting.signal)
    waiting.abort()
    await expect(seen).rejects.toThrow('nobody waits')
    await expect(follower.transaction(id, waiting.signal)).rejects.toThrow('nobody waits')
  })

  test('tells whether the rules have changed meanwhile', async () => {
    const channel = new FakeChannel('one', 1)
    const { follower } = follow(channel)
    await follower.whenCaughtUp()
    channel.commit({ bytes, code: VALID })
    await follower.block(1n)
    expect(follower.rulesChangedSince(0)).toBe(false)
    const beforeMs = performance.now()
    channel.commit({ bytes: envelopeOf(CONFIG, new Uint8Array()), code: VALID })
    await follower.block(2n)
    expect(follower.rulesChangedSince(beforeMs)).toBe(true)
    expect(follower.rulesChangedSince(performance.now())).toBe(false)
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
