import type { DatabaseSync } from 'node:sqlite'
import type { Account, Ledger, PointsProgramme } from '../../ledger/index.ts'
import { holdingPath } from '../../ledger/index.ts'
import type { LedgerBlock } from '../fabric/ledger-block.ts'
import { BlockQueries } from './queries/block-queries.ts'
import { BookQueries } from './queries/book-queries.ts'
import { ContractQueries } from './queries/contract-queries.ts'
import { CouponQueries } from './queries/coupon-queries.ts'
import { DeltaQueries } from './queries/delta-queries.ts'
import { DueQueries } from './queries/due-queries.ts'
import { EntryQueries } from './queries/entry-queries.ts'
import { HoldingQueries } from './queries/holding-queries.ts'
import type { StoredOutcome } from './queries/outcome-queries.ts'
import { OutcomeQueries } from './queries/outcome-queries.ts'
import { RegistryQueries } from './queries/registry-queries.ts'
import { emptyStore, openStore } from './schema.ts'
import type { BalanceCacheLimits } from './writes/balance-cache.ts'
import { BalanceCache } from './writes/balance-cache.ts'
import { BlockWriter } from './writes/block-writer.ts'

export type { StoredOutcome } from './queries/outcome-queries.ts'

/** How far a projection has come, and on which chain. */
export interface Checkpoint {
  readonly blockNumber: bigint
  readonly genesisHash: string
}

const COMMIT_EVERY_MS = 5_000

/**
 * What a gateway knows of the ledger: made from its blocks alone, one after the other, and so
 * rebuildable. The last block's row is the checkpoint, so rows and checkpoint cannot part. Blocks
 * can be read at once and are committed to the file a few at a time: what a crash loses the chain
 * gives again.
 */
export class Projection {
  readonly blocks: BlockQueries
  readonly contracts: ContractQueries
  readonly coupons: CouponQueries
  readonly deltas: DeltaQueries
  readonly due: DueQueries
  readonly registry: RegistryQueries
  readonly #books: BookQueries
  readonly #entries: EntryQueries
  readonly #holdings: HoldingQueries
  readonly #outcomes: OutcomeQueries
  readonly #database: DatabaseSync
  readonly #balances: BalanceCache
  readonly #writer: BlockWriter
  #checkpoint: (Checkpoint & { readonly blockHash: string }) | undefined
  #timer: NodeJS.Timeout | undefined

  private constructor(database: DatabaseSync, limits: Partial<BalanceCacheLimits>) {
    this.#database = database
    this.#balances = new BalanceCache(database, limits)
    this.#writer = new BlockWriter(database, this.#balances)
    this.blocks = new BlockQueries(database)
    this.contracts = new ContractQueries(database)
    this.coupons = new CouponQueries(database)
    this.deltas = new DeltaQueries(database)
    this.due = new DueQueries(database)
    this.registry = new RegistryQueries(database)
    this.#books = new BookQueries(database)
    this.#entries = new EntryQueries(database)
    this.#holdings = new HoldingQueries(database)
    this.#outcomes = new OutcomeQueries(database)
    this.#checkpoint = this.#readCheckpoint()
  }

  /** Opens the store of a path, or makes it, anew when it is of another version. */
  static open(path: string, limits: Partial<BalanceCacheLimits> = {}): Projection {
    return new Projection(openStore(path), limits)
  }

  get books(): BookQueries {
    this.#balances.flush()
    return this.#books
  }

  get entries(): EntryQueries {
    this.#balances.flush()
    return this.#entries
  }

  get holdings(): HoldingQueries {
    this.#balances.flush()
    return this.#holdings
  }

  /** The last block that has been applied; undefined before the first. */
  checkpoint(): Checkpoint | undefined {
    if (this.#checkpoint === undefined) return undefined
    const { blockNumber, genesisHash } = this.#checkpoint
    return { blockNumber, genesisHash }
  }

  /**
   * Applies the next block whole or not at all; a block that is there already changes nothing.
   * Throws on a gap, and on a block that does not belong to the chain of those before it.
   */
  apply(block: LedgerBlock): void {
    if (this.#has(block)) return
    const last = this.#checkpoint
    const expected = last === undefined ? 0n : last.blockNumber + 1n
    if (block.number !== expected) {
      throw new Error(`block ${block.number} came where ${expected} was due`)
    }
    if (last !== undefined && block.previousHash !== last.blockHash) {
      throw new Error(`block ${block.number} does not follow block ${last.blockNumber}`)
    }
    this.#whole(() => this.#writer.write(block))
    this.#balances.keep()
    this.#timer ??= setTimeout(() => this.commit(), COMMIT_EVERY_MS).unref()
    const genesisHash = last === undefined ? block.hash : last.genesisHash
    this.#checkpoint = { blockNumber: block.number, blockHash: block.hash, genesisHash }
  }

  /** Transactions whose credits to a holding no debit has folded in yet, in order of arrival. */
  openCredits(account: string, asset: string, limit: number): readonly string[] {
    return this.#balances.openCredits(holdingPath(account), asset, limit)
  }

  /** The outcome that the chain records of a command, and where. */
  outcome(actor: string, id: string): StoredOutcome | undefined {
    return this.#outcomes.read(actor, id)
  }

  account(id: string): Account | undefined {
    return this.registry.account(id)
  }

  programme(asset: string): PointsProgramme | undefined {
    return this.registry.programme(asset)
  }

  /** Undefined as long as the ledger has not been opened. */
  ledger(): Ledger | undefined {
    return this.registry.ledger()
  }

  /** Commits the blocks that were applied since the last time. Throws when the file cannot take them. */
  commit(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#balances.flush()
    if (this.#database.isTransaction) this.#database.exec('COMMIT')
  }

  /** Forgets every block, for a ledger that is another one. */
  reset(): void {
    this.commit()
    emptyStore(this.#database)
    this.#balances.clear()
    this.#checkpoint = undefined
  }

  close(): void {
    this.commit()
    this.#database.close()
  }

  #has(block: LedgerBlock): boolean {
    if (this.#checkpoint === undefined || block.number > this.#checkpoint.blockNumber) return false
    if (this.blocks.hashOf(block.number) === block.hash) return true
    throw new Error(`block ${block.number} is not the one that was applied: another chain`)
  }

  #whole(write: () => void): void {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN IMMEDIATE')
    this.#database.exec('SAVEPOINT block')
    try {
      write()
    } catch (error) {
      this.#database.exec('ROLLBACK TO block')
      throw error
    } finally {
      this.#database.exec('RELEASE block')
    }
  }

  #readCheckpoint(): (Checkpoint & { readonly blockHash: string }) | undefined {
    const last = this.blocks.last()
    const genesisHash = this.blocks.hashOf(0n)
    if (last === undefined || genesisHash === undefined) return undefined
    return { blockNumber: last.number, blockHash: last.hash, genesisHash }
  }
}
