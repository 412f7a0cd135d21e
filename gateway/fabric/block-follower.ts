import { setTimeout as delay } from 'node:timers/promises'
import type { Network } from '@hyperledger/fabric-gateway'
import { LedgerError } from '../../ledger/index.ts'
import { decodeBlock } from './decode-block.ts'
import type { LedgerBlock } from './ledger-block.ts'

/** Where blocks go: the projection, which keeps how far it has come. */
export interface BlockSink {
  readonly checkpoint: () => { readonly blockNumber: bigint } | undefined
  readonly apply: (block: LedgerBlock) => void
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

interface Waiter<T> {
  readonly resolve: (value: T) => void
}

const RECONNECT_MS = { first: 100, most: 5_000 }
const BLOCK_TIMEOUT_MS = 15_000

/**
 * Follows the channel block by block from where the sink stands, and tells those who wait for a
 * block or a transaction once the sink has it. One stream instead of a commit-status call for each
 * transaction. A broken stream is opened again at the checkpoint.
 */
export class BlockFollower {
  readonly #options: FollowerOptions
  readonly #transactions = new Map<string, Waiter<CommittedTransaction>>()
  readonly #blocks: { blockNumber: bigint; resolve: () => void }[] = []
  #height = 0n
  #isConnected = false
  #isStopped = false
  #closeStream: () => void = () => undefined
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
    this.#isStopped = true
    this.#closeStream()
    await this.#running
  }

  /** Whether the stream is open and has delivered at least the first block. */
  isFollowing(): boolean {
    return this.#isConnected && this.#height > 0n
  }

  /** Resolves once the transaction is in a block that the sink has applied, valid or not. */
  transaction(transactionId: string, timeoutMs: number): Promise<CommittedTransaction> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#transactions.delete(transactionId)
        reject(new LedgerError('OUTCOME_UNKNOWN', { transactionId }))
      }, timeoutMs)
      this.#transactions.set(transactionId, {
        resolve: (committed) => {
          clearTimeout(timer)
          resolve(committed)
        },
      })
    })
  }

  /** Resolves once the sink has applied the block; rejects with NOT_YET after 15 s. */
  async block(blockNumber: bigint): Promise<void> {
    if (blockNumber < this.#height) return
    await new Promise<void>((resolve, reject) => {
      const waiter = { blockNumber, resolve }
      const timer = setTimeout(() => {
        this.#blocks.splice(this.#blocks.indexOf(waiter), 1)
        reject(new LedgerError('NOT_YET', { blockNumber: String(blockNumber) }))
      }, BLOCK_TIMEOUT_MS)
      waiter.resolve = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#blocks.push(waiter)
    })
  }

  async #run(): Promise<void> {
    let pauseMs = RECONNECT_MS.first
    while (!this.#isStopped) {
      try {
        await this.#follow(() => (pauseMs = RECONNECT_MS.first))
      } catch (error) {
        if (!this.#isStopped) this.#options.onFault(error)
      }
      this.#isConnected = false
      if (this.#isStopped) return
      await delay(pauseMs)
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most)
    }
  }

  async #follow(onBlock: () => void): Promise<void> {
    const { network, chaincode, sink } = this.#options
    const blocks = await network.getBlockEvents({ startBlock: this.#height })
    this.#closeStream = () => blocks.close()
    if (this.#isStopped) blocks.close()
    this.#isConnected = true
    try {
      for await (const block of blocks) {
        const decoded = decodeBlock(block, chaincode)
        sink.apply(decoded)
        this.#height = decoded.number + 1n
        onBlock()
        this.#tell(decoded)
      }
    } finally {
      blocks.close()
    }
  }

  #tell(block: LedgerBlock): void {
    for (const { id, validationCode } of block.transactions) {
      this.#transactions.get(id)?.resolve({ blockNumber: block.number, validationCode })
      this.#transactions.delete(id)
    }
    const due = this.#blocks.filter(({ blockNumber }) => blockNumber < this.#height)
    for (const waiter of due) {
      this.#blocks.splice(this.#blocks.indexOf(waiter), 1)
      waiter.resolve()
    }
  }
}
