import { common } from '@hyperledger/fabric-protos'
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway'
import { sealBlock } from '../../network/embedded/block.ts'

/** A channel's blocks, and the streams that a peer would deliver of them. */
export class FakeChannel {
  readonly blocks: common.Block[] = []
  /** As long as it is set, no stream gets a block of this number or above. */
  heldFrom = Number.POSITIVE_INFINITY
  /** What the peer says of its height, when it is not so. */
  reportedHeight: number | undefined
  /** Whether it does not tell its height. */
  isSilent = false
  /** How many streams have been opened so far. */
  streamsOpened = 0
  #previousHash: Uint8Array
  #wake: (() => void)[] = []
  #open = new Set<{ isBroken: boolean }>()

  /** Channels of different names have different blocks. */
  constructor(name: string, count: number) {
    this.#previousHash = Buffer.from(name)
    for (let block = 0; block < count; block += 1) this.commit()
  }

  /** What the follower uses of a network. */
  get network(): Network {
    const streams: Pick<Network, 'getBlockEvents'> = {
      getBlockEvents: (options) => Promise.resolve(this.#stream(Number(options?.startBlock))),
    }
    return streams as Network
  }

  /** How many blocks the peer says that it has. A chain has one at least: until then it is silent. */
  readonly height = async (signal: AbortSignal): Promise<bigint> => {
    while (this.blocks.length === 0) {
      await new Promise<void>((resolve) => this.#wake.push(resolve))
      signal.throwIfAborted()
    }
    if (this.isSilent) throw new Error('no answer')
    return BigInt(this.reportedHeight ?? Math.min(this.blocks.length, this.heldFrom))
  }

  /** Commits a block with transactions, each with its validation code; with none unless given. */
  commit(...transactions: readonly { readonly bytes: Uint8Array; readonly code: number }[]): void {
    const { bytes, headerHash } = sealBlock(
      this.blocks.length,
      this.#previousHash,
      transactions.map((transaction) => transaction.bytes),
      transactions.map(({ code }) => code),
    )
    this.blocks.push(common.Block.deserializeBinary(bytes))
    this.#previousHash = headerHash
    this.wake()
  }

  /** Lets streams look again, after `heldFrom` has changed. */
  wake(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  /** Ends all streams with an error. */
  breakStreams(): void {
    for (const stream of this.#open) stream.isBroken = true
    this.wake()
  }

  /** How many streams are open. */
  get openStreams(): number {
    return this.#open.size
  }

  #stream(start: number): CloseableAsyncIterable<common.Block> {
    const state = { isBroken: false }
    this.#open.add(state)
    this.streamsOpened += 1
    const close = (): void => {
      this.#open.delete(state)
      this.wake()
    }
    const events = async function* (channel: FakeChannel): AsyncGenerator<common.Block> {
      for (let number = start; channel.#open.has(state);) {
        if (state.isBroken) throw new Error('the connection is gone')
        const block = channel.blocks[number]
        if (block !== undefined && number < channel.heldFrom) {
          number += 1
          yield block
        } else await new Promise<void>((resolve) => channel.#wake.push(resolve))
      }
    }
    const iterator = events(this)
    return { [Symbol.asyncIterator]: () => iterator, close, [Symbol.dispose]: close }
  }
}
