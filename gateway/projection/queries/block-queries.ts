import type { DatabaseSync } from 'node:sqlite'
import { Query } from '../query.ts'

export interface StoredBlock {
  readonly number: bigint
  readonly hash: string
  readonly previousHash: string
  readonly transactionCount: number
}

/** A transaction as the chain has it, valid or not. */
export interface StoredTransaction {
  readonly id: string
  /** Position in the block, from 0. */
  readonly index: number
  readonly validationCode: string
  readonly submitter: string
  readonly timestamp: string
  readonly entryCount: number
}

interface BlockRow {
  readonly number: number
  readonly hash: string
  readonly previousHash: string
  readonly transactionCount: number
}

const BLOCKS = `
SELECT number, hash, previous_hash AS previousHash,
  (SELECT count(*) FROM transactions WHERE block_number = number) AS transactionCount
FROM blocks`

/** Blocks with their transactions. */
export class BlockQueries {
  readonly #last: Query<BlockRow>
  readonly #hash: Query<{ readonly hash: string }>
  readonly #block: Query<BlockRow>
  readonly #before: Query<BlockRow>
  readonly #transactions: Query<StoredTransaction>

  constructor(database: DatabaseSync) {
    this.#last = new Query(database, `${BLOCKS} ORDER BY number DESC LIMIT 1`)
    this.#hash = new Query(database, 'SELECT hash FROM blocks WHERE number = ?')
    this.#block = new Query(database, `${BLOCKS} WHERE number = ?`)
    this.#before = new Query(database, `${BLOCKS} WHERE number < ? ORDER BY number DESC LIMIT ?`)
    this.#transactions = new Query(
      database,
      `SELECT id, position AS "index", validation_code AS validationCode, submitter, timestamp,
         entry_count AS entryCount
       FROM transactions WHERE block_number = ? ORDER BY position`,
    )
  }

  last(): StoredBlock | undefined {
    return blockOf(this.#last.one())
  }

  hashOf(number: bigint): string | undefined {
    return this.#hash.one(number)?.hash
  }

  read(number: bigint): StoredBlock | undefined {
    return blockOf(this.#block.one(number))
  }

  /** Newest first, below `before`. */
  list(before: bigint, limit: number): StoredBlock[] {
    return this.#before.all(before, limit).map(toBlock)
  }

  transactionsOf(number: bigint): StoredTransaction[] {
    return this.#transactions.all(number)
  }
}

function toBlock(row: BlockRow): StoredBlock {
  return { ...row, number: BigInt(row.number) }
}

function blockOf(row: BlockRow | undefined): StoredBlock | undefined {
  return row && toBlock(row)
}
