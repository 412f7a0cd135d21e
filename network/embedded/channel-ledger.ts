import { status } from '@grpc/grpc-js'
import { BlockCutter } from './block-cutter.ts'
import type { Cutting } from './block-cutter.ts'
import { checkBlock, sealBlock } from './block.ts'
import { CommitFeed } from './commit-feed.ts'
import { CommitLock } from './commit-lock.ts'
import { checkConfiguration, genesisBlock, readGenesisBlock } from './genesis.ts'
import type { ChannelConfiguration } from './genesis.ts'
import type { LedgerStore } from './ledger-store.ts'
import { RpcFailure } from './rpc-failure.ts'
import type { OpenedEnvelope } from './transaction.ts'
import { validateBlock } from './validator.ts'
import type { ValidationContext } from './validator.ts'

/** Writes block 0 into an empty store; otherwise throws unless the store fits and is chained. */
export function openChannel(store: LedgerStore, configuration: ChannelConfiguration): void {
  const first = store.block(0)
  if (!first) {
    const { bytes, headerHash, txId } = genesisBlock(configuration)
    const transactions = [{ txId, type: 1, validationCode: 0, event: undefined }]
    store.commit({ blockNumber: 0, bytes, headerHash, transactions, updates: [] })
    return
  }
  checkConfiguration(readGenesisBlock(first.bytes), configuration)
  const last = store.height - 1
  const lastBlock = store.block(last) ?? first
  const previousHash = last === 0 ? new Uint8Array() : store.headerHash(last - 1)
  checkBlock(lastBlock, last, previousHash ?? new Uint8Array())
}

/** Orders, validates and commits what is submitted on the channel. */
export class ChannelLedger {
  readonly lock = new CommitLock()
  readonly feed = new CommitFeed()
  readonly #context: ValidationContext
  readonly #cutter: BlockCutter<OpenedEnvelope>
  #stopping = false

  constructor(context: ValidationContext, cutting: Cutting) {
    this.#context = context
    this.#cutter = new BlockCutter(cutting, async (batch) => await this.#commit(batch))
  }

  get store(): LedgerStore {
    return this.#context.store
  }

  /** Accepts an authenticated envelope for ordering; UNAVAILABLE once the ledger has stopped. */
  order(envelope: OpenedEnvelope): void {
    this.feed.assertOpen()
    if (this.#stopping) throw closed()
    this.#cutter.add(envelope)
  }

  /** Commits what has been accepted, accepts nothing more and ends the feed. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#cutter.drain()
    this.feed.end(closed())
  }

  /** Closes the store once no simulation reads it any more. */
  async close(): Promise<void> {
    await this.lock.exclusive(() => this.store.close())
  }

  async #commit(batch: readonly OpenedEnvelope[]): Promise<void> {
    try {
      await this.lock.exclusive(() => this.#commitBlock(batch))
    } catch (error) {
      // What is on disk is whole, but what was accepted is lost: nothing may be added after it.
      const reason = error instanceof Error ? error.message : String(error)
      this.feed.end(new RpcFailure(status.UNAVAILABLE, `the ledger cannot commit: ${reason}`))
    }
  }

  #commitBlock(batch: readonly OpenedEnvelope[]): void {
    this.feed.assertOpen()
    const { store } = this
    const blockNumber = store.height
    const previousHash = store.headerHash(blockNumber - 1)
    if (!previousHash) throw new Error(`there is no block ${blockNumber - 1}`)
    const { transactions, updates } = validateBlock(blockNumber, batch, this.#context)
    const sealed = sealBlock(
      blockNumber,
      previousHash,
      batch.map(({ bytes }) => bytes),
      transactions.map(({ validationCode }) => validationCode),
    )
    store.commit({ blockNumber, ...sealed, transactions, updates })
    this.feed.committed()
  }
}

function closed(): RpcFailure {
  return new RpcFailure(status.UNAVAILABLE, 'the embedded ledger is closed')
}
