import type { Network } from '@hyperledger/fabric-gateway'
import { blocksFrom, genesisBlock } from './block-stream.ts'
import { BlockWaiters } from './block-waiters.ts'
import type { DecodedBlock } from './decode-block.ts'
import { decodeBlock } from './decode-block.ts'
import type { LedgerBlock } from './ledger-block.ts'
import { pause } from './pause.ts'
import { CheckpointUnknown, watchStream } from './stream-watchdog.ts'

/** Where blocks go: the projection, which keeps how far it has come and on which chain. */
export interface BlockSink {
  readonly checkpoint: () =>
    | { readonly blockNumber: bigint; readonly genesisHash: string }
    | undefined
  /** A block that it has already changes nothing; throws when it has another in that place. */
  readonly apply: (block: LedgerBlock) => void
  /** Forgets every block, because the ledger is another one. */
  readonly reset: () => void
}

export interface CommittedTransaction {
  readonly blockNumber: bigint
  readonly validationCode: string
}

export interface FollowerOptions {
  readonly network: Network
  /** How many blocks the peer has. */
  readonly height: (signal: AbortSignal) => Promise<bigint>
  readonly chaincode: string
  readonly sink: BlockSink
  readonly onFault: (error: unknown) => void
  /** How often it is seen to that the stream brings what the peer has. */
  readonly watchEveryMs?: number
}

const RECONNECT_MS = { first: 100, most: 2_000 }
const WATCH_EVERY_MS = 5_000

/** A block that was resent and was there already; what became of it the first one says. */
export const DUPLICATE = 'DUPLICATE_TXID'

/**
 * Follows the channel block by block from where the sink stands, and tells those who wait for a
 * block or a transaction once the sink has it. One stream instead of a commit-status call for each
 * transaction. A broken or stalled stream is opened again at the checkpoint. A ledger with another
 * block 0 than the sink's is read from the start; one that lacks the sink's last block is a fault
 * until it has it.
 */
export class BlockFollower {
  readonly #options: FollowerOptions
  readonly #transactions = new Map<string, (committed: CommittedTransaction) => void>()
  readonly #blocks = new BlockWaiters()
  readonly #stopping = new AbortController()
  /** The number of the block that is due. */
  #height = 0n
  #peerHeight = 0n
  #rulesChangedAtMs = -Infinity
  #isCaughtUp = false
  #catchUpWaiters: (() => void)[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(options: FollowerOptions) {
    this.#options = options
    const checkpoint = options.sink.checkpoint()
    this.#height = checkpoint === undefined ? 0n : checkpoint.blockNumber + 1n
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Whether the stream is open and the sink has all that the ledger had when it was opened. */
  caughtUp(): boolean {
    return this.#isCaughtUp
  }

  /** Resolves as soon as `caughtUp`; never, when the follower is stopped before. */
  async whenCaughtUp(): Promise<void> {
    if (this.#isCaughtUp) return
    await new Promise<void>((resolve) => {
      this.#catchUpWaiters.push(resolve)
    })
  }

  /** How many blocks the peer was last known to have that the sink has not. */
  lag(): bigint {
    return this.#peerHeight > this.#height ? this.#peerHeight - this.#height : 0n
  }

  /**
   * Whether a block that came after the moment, a time of `performance.now()`, changed policies,
   * members or a chaincode's definition.
   */
  rulesChangedSince(momentMs: number): boolean {
    return this.#rulesChangedAtMs > momentMs
  }

  /**
   * Resolves once the transaction is in a block that the sink has applied, valid or not. Rejects
   * when the signal aborts.
   */
  transaction(transactionId: string, signal: AbortSignal): Promise<CommittedTransaction> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#transactions.delete(transactionId)
        reject(new Error(`nobody waits for ${transactionId} any more`))
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#transactions.set(transactionId, (committed) => {
        signal.removeEventListener('abort', onAbort)
        resolve(committed)
      })
    })
  }

  /**
   * Resolves once the sink has applied the block; rejects with NOT_YET after 15 s or when it is far
   * away, with QUEUE_FULL when too many wait.
   */
  async block(blockNumber: bigint): Promise<void> {
    await this.#blocks.wait(blockNumber, this.#height)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    let pauseMs = RECONNECT_MS.first
    while (!signal.aborted) {
      try {
        await this.#follow(() => (pauseMs = RECONNECT_MS.first))
      } catch (error) {
        if (!signal.aborted) this.#options.onFault(error)
      }
      await pause(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most)
    }
  }

  async #follow(onProgress: () => void): Promise<void> {
    const { network, chaincode, sink } = this.#options
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#stopping.signal])
    try {
      await this.#compareChains(signal)
      const target = await this.#askHeight(signal)
      const checkpoint = sink.checkpoint()?.blockNumber
      if (checkpoint !== undefined && checkpoint >= target) {
        throw new CheckpointUnknown(checkpoint, target)
      }
      void this.#watch(ending, signal)
      // From the last block that the sink has: that it comes, and is the same, shows that the
      // ledger goes on from there.
      const start = checkpoint ?? 0n
      for await (const block of blocksFrom(network, start, signal)) {
        const decoded = decodeBlock(block, chaincode)
        sink.apply(decoded)
        this.#height = decoded.number + 1n
        if (decoded.number > start) onProgress()
        this.#tell(decoded)
        if (this.#height >= target) this.#catchUp()
      }
    } finally {
      ending.abort()
      this.#isCaughtUp = false
    }
  }

  /** Has the sink begin anew when the ledger's block 0 is not the one that it began with. */
  async #compareChains(signal: AbortSignal): Promise<void> {
    const { network, chaincode, sink, onFault } = this.#options
    const checkpoint = sink.checkpoint()
    if (checkpoint === undefined) return
    const { hash } = decodeBlock(await genesisBlock(network, signal), chaincode)
    if (hash === checkpoint.genesisHash) return
    sink.reset()
    this.#height = 0n
    const known = `blocks 0 to ${checkpoint.blockNumber} of ${checkpoint.genesisHash}`
    onFault(new Error(`the ledger is another one, ${hash}: dropped ${known} and reading it anew`))
  }

  async #askHeight(signal: AbortSignal): Promise<bigint> {
    this.#peerHeight = await this.#options.height(signal)
    return this.#peerHeight
  }

  /** Ends the stream when it does not bring what the peer has, so that it is opened anew. */
  async #watch(ending: AbortController, signal: AbortSignal): Promise<void> {
    const { watchEveryMs: everyMs = WATCH_EVERY_MS, onFault } = this.#options
    const own = (): bigint => this.#height
    try {
      await watchStream({ own, peer: (given) => this.#askHeight(given), everyMs, signal })
    } catch (error) {
      onFault(error)
      ending.abort()
    }
  }

  #catchUp(): void {
    if (this.#isCaughtUp) return
    this.#isCaughtUp = true
    for (const resolve of this.#catchUpWaiters.splice(0)) resolve()
  }

  #tell(block: DecodedBlock): void {
    if (block.changesRules) this.#rulesChangedAtMs = performance.now()
    for (const { id, validationCode } of block.transactions) {
      if (validationCode === DUPLICATE) continue
      this.#transactions.get(id)?.({ blockNumber: block.number, validationCode })
      this.#transactions.delete(id)
    }
    this.#blocks.tell(this.#height)
  }
}
