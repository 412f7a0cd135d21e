import { setTimeout as delay } from 'node:timers/promises'
import type { Network } from '@hyperledger/fabric-gateway'
import { LedgerError } from '../../ledger/index.ts'
import { blocksFrom, genesisBlock } from './block-stream.ts'
import { BlockWaiters } from './block-waiters.ts'
import { caughtUpWith } from './catch-up.ts'
import { decodeBlock } from './decode-block.ts'
import type { LedgerBlock } from './ledger-block.ts'

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
  readonly chaincode: string
  readonly sink: BlockSink
  readonly onFault: (error: unknown) => void
}

const RECONNECT_MS = { first: 100, most: 5_000 }

/**
 * Follows the channel block by block from where the sink stands, and tells those who wait for a
 * block or a transaction once the sink has it. One stream instead of a commit-status call for each
 * transaction. A broken stream is opened again at the checkpoint. A ledger with another block 0 than
 * the sink's is read from the start; one that lacks the sink's last block is a fault until it has it.
 */
export class BlockFollower {
  readonly #options: FollowerOptions
  readonly #transactions = new Map<string, (committed: CommittedTransaction) => void>()
  readonly #blocks = new BlockWaiters()
  readonly #stopping = new AbortController()
  /** The number of the block that is due. */
  #height = 0n
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

  /** Resolves once the transaction is in a block that the sink has applied, valid or not. */
  transaction(transactionId: string, timeoutMs: number): Promise<CommittedTransaction> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#transactions.delete(transactionId)
        reject(new LedgerError('OUTCOME_UNKNOWN', { transactionId }))
      }, timeoutMs)
      this.#transactions.set(transactionId, (committed) => {
        clearTimeout(timer)
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
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most)
    }
  }

  async #follow(onProgress: () => void): Promise<void> {
    const { network, chaincode, sink } = this.#options
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.#stopping.signal])
    try {
      await this.#compareChains(signal)
      // From the last block that the sink has: that it comes, and is the same, shows that the
      // ledger goes on from there.
      const start = sink.checkpoint()?.blockNumber ?? 0n
      let isFirst = true
      for await (const block of blocksFrom(network, start, signal)) {
        const decoded = decodeBlock(block, chaincode)
        sink.apply(decoded)
        this.#height = decoded.number + 1n
        if (decoded.number > start) onProgress()
        this.#tell(decoded)
        if (isFirst) void this.#catchUp(ending, signal)
        isFirst = false
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

  /** Tells of having caught up; a failure ends the stream, so that it is opened again. */
  async #catchUp(ending: AbortController, signal: AbortSignal): Promise<void> {
    const { network, onFault } = this.#options
    try {
      await caughtUpWith({ network, height: () => this.#height, signal })
      if (signal.aborted) return
      this.#isCaughtUp = true
      for (const resolve of this.#catchUpWaiters.splice(0)) resolve()
    } catch (error) {
      if (signal.aborted) return
      onFault(error)
      ending.abort()
    }
  }

  #tell(block: LedgerBlock): void {
    for (const { id, validationCode } of block.transactions) {
      this.#transactions.get(id)?.({ blockNumber: block.number, validationCode })
      this.#transactions.delete(id)
    }
    this.#blocks.tell(this.#height)
  }
}
