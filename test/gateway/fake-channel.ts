import { common, peer } from '@hyperledger/fabric-protos'
import type { CloseableAsyncIterable, Network } from '@hyperledger/fabric-gateway'
import { sealBlock } from '../../network/embedded/block.ts'

/** A channel's blocks without transactions, and the streams that a peer would deliver of them. */
export class FakeChannel {
  readonly blocks: common.Block[] = []
  /** As long as it is set, no stream gets a block of this number or above. */
  heldFrom = Number.POSITIVE_INFINITY
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
    const streams: Pick<Network, 'getBlockEvents' | 'getFilteredBlockEvents'> = {
      getBlockEvents: (options) =>
        Promise.resolve(
          this.#stream(
            Number(options?.startBlock),
            (number) => this.blocks[number] as common.Block,
          ),
        ),
      getFilteredBlockEvents: () =>
        Promise.resolve(
          this.#stream(this.blocks.length, (number) => {
            const filtered = new peer.FilteredBlock()
            filtered.setNumber(number)
            return filtered
          }),
        ),
    }
    return streams as Network
  }

  commit(): void {
    const { bytes, headerHash } = sealBlock(this.blocks.length, this.#previousHash, [], [])
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

  #stream<Event>(start: number, eventOf: (number: number) => Event): CloseableAsyncIterable<Event> {
    const state = { isBroken: false }
    this.#open.add(state)
    this.streamsOpened += 1
    const close = (): void => {
      this.#open.delete(state)
      this.wake()
    }
    const events = async function* (channel: FakeChannel): AsyncGenerator<Event> {
      for (let number = start; channel.#open.has(state);) {
        if (state.isBroken) throw new Error('the connection is gone')
        if (number < channel.blocks.length && number < channel.heldFrom) yield eventOf(number++)
        else await new Promise<void>((resolve) => channel.#wake.push(resolve))
      }
    }
    const iterator = events(this)
    return { [Symbol.asyncIterator]: () => iterator, close, [Symbol.dispose]: close }
  }
}
