import { DatabaseSync } from 'node:sqlite'
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import type { Version } from './read-write-set.ts'
import { StateCache } from './state-cache.ts'

/** A committed value and where it was written. */
export interface StoredState {
  readonly value: Uint8Array
  readonly version: Version
}

/** What is indexed of one transaction of a block. */
export interface TransactionSummary {
  readonly txId: string
  readonly type: number
  readonly validationCode: number
  /** The chaincode and name of the event that was set, whether the transaction is valid or not. */
  readonly event: { readonly chaincode: string; readonly name: string } | undefined
}

export interface TransactionPosition {
  readonly blockNumber: number
  readonly validationCode: number
}

/** One key to set, or to delete when it has no state. */
export interface StateUpdate {
  readonly namespace: string
  readonly key: string
  readonly state: StoredState | undefined
}

/** All that one block changes; it is applied whole or not at all. */
export interface BlockCommit {
  readonly blockNumber: number
  readonly bytes: Uint8Array
  readonly headerHash: Uint8Array
  readonly transactions: readonly TransactionSummary[]
  readonly updates: readonly StateUpdate[]
}

/** Which keys to read: up to the end of the namespace when there is no end. */
export interface KeyRange {
  readonly namespace: string
  readonly startKey: string
  readonly startExclusive?: boolean
  readonly endKey: string
  readonly endInclusive?: boolean
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS blocks (
  number INTEGER PRIMARY KEY, header_hash BLOB NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS transactions (
  block_number INTEGER NOT NULL, position INTEGER NOT NULL, tx_id TEXT NOT NULL,
  type INTEGER NOT NULL, validation_code INTEGER NOT NULL,
  event_chaincode TEXT, event_name TEXT,
  PRIMARY KEY (block_number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transactions_by_id ON transactions (tx_id);
CREATE TABLE IF NOT EXISTS state (
  key BLOB PRIMARY KEY, value BLOB NOT NULL,
  block_number INTEGER NOT NULL, transaction_number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`
const CACHE_BYTES_MAX = 128 * 1024 * 1024
const NAMESPACE_SEPARATOR = '\u0000'
const AFTER_NAMESPACE = '\u0001'
/** Appended to a key it gives the next possible one. */
const JUST_AFTER = '\u0000'

/** The committed ledger in one SQLite file: blocks, transaction index and current state. */
export class LedgerStore {
  readonly #database: DatabaseSync
  readonly #cache = new StateCache(CACHE_BYTES_MAX)
  readonly #statements: ReturnType<typeof prepareStatements>
  #height: number

  /** Throws when the file cannot be opened, or another process has it open. */
  constructor(path: string) {
    this.#database = openDatabase(path)
    this.#statements = prepareStatements(this.#database)
    const [last] = row(this.#statements.lastBlock)
    this.#height = last === null ? 0 : Number(last) + 1
  }

  /** The number of blocks. */
  get height(): number {
    return this.#height
  }

  getState(namespace: string, key: string): StoredState | undefined {
    const fullKey = namespace + NAMESPACE_SEPARATOR + key
    const cached = this.#cache.get(fullKey)
    if (cached) return cached === 'absent' ? undefined : cached
    const found = this.#statements.state.get(Buffer.from(fullKey))
    const state = found && storedState(found as unknown as SQLOutputValue[])
    this.#cache.set(fullKey, state ?? 'absent')
    return state
  }

  /** Keys of the range in the order of their UTF-8 bytes, at most `limit` of them. */
  scan(range: KeyRange, limit: number): ({ readonly key: string } & StoredState)[] {
    const prefix = range.namespace + NAMESPACE_SEPARATOR
    const start = prefix + range.startKey + (range.startExclusive ? JUST_AFTER : '')
    const end =
      range.endKey === ''
        ? range.namespace + AFTER_NAMESPACE
        : prefix + range.endKey + (range.endInclusive ? JUST_AFTER : '')
    const prefixBytes = Buffer.byteLength(prefix)
    const rows = this.#statements.scan.all(Buffer.from(start), Buffer.from(end), limit)
    return (rows as unknown as SQLOutputValue[][]).map(([key, ...state]) => ({
      key: text(bytes(key), prefixBytes),
      ...storedState(state),
    }))
  }

  /** The serialised block, or undefined when there is none of that number yet. */
  block(blockNumber: number): { bytes: Uint8Array; headerHash: Uint8Array } | undefined {
    if (blockNumber >= this.#height) return undefined
    const [blockBytes, headerHash] = row(this.#statements.block, blockNumber)
    return { bytes: bytes(blockBytes), headerHash: bytes(headerHash) }
  }

  /** The hash that the next block names, or undefined when there is no block of that number. */
  headerHash(blockNumber: number): Uint8Array | undefined {
    const found = this.#statements.headerHash.get(blockNumber)
    return found && bytes((found as unknown as SQLOutputValue[])[0])
  }

  transactionsOf(blockNumber: number): TransactionSummary[] {
    const rows = this.#statements.transactionsOf.all(blockNumber)
    return (rows as unknown as SQLOutputValue[][]).map(([txId, type, code, chaincode, name]) => ({
      txId: String(txId),
      type: Number(type),
      validationCode: Number(code),
      event: chaincode === null ? undefined : { chaincode: String(chaincode), name: String(name) },
    }))
  }

  /** Where a transaction id was first seen, valid or not. */
  transaction(txId: string): TransactionPosition | undefined {
    const found = this.#statements.transaction.get(txId)
    if (!found) return undefined
    const [blockNumber, code] = found as unknown as SQLOutputValue[]
    return { blockNumber: Number(blockNumber), validationCode: Number(code) }
  }

  /** Writes the next block and all its effects; on return they are on disk. */
  commit(commit: BlockCommit): void {
    if (commit.blockNumber !== this.#height) {
      throw new Error(`block ${commit.blockNumber} does not follow height ${this.#height}`)
    }
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      this.#write(commit)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    this.#height += 1
    for (const { namespace, key, state } of commit.updates) {
      this.#cache.set(namespace + NAMESPACE_SEPARATOR + key, state ?? 'absent')
    }
  }

  close(): void {
    this.#database.close()
  }

  #write(commit: BlockCommit): void {
    const { addBlock, addTransaction, putState, deleteState } = this.#statements
    addBlock.run(commit.blockNumber, commit.headerHash, commit.bytes)
    for (const [position, { txId, type, validationCode, event }] of commit.transactions.entries()) {
      const { blockNumber } = commit
      const [chaincode, name] = event ? [event.chaincode, event.name] : [null, null]
      addTransaction.run(blockNumber, position, txId, type, validationCode, chaincode, name)
    }
    for (const { namespace, key, state } of commit.updates) {
      const fullKey = Buffer.from(namespace + NAMESPACE_SEPARATOR + key)
      if (!state) deleteState.run(fullKey)
      else {
        const { blockNumber, transactionNumber } = state.version
        putState.run(fullKey, state.value, blockNumber, transactionNumber)
      }
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 8000;
      PRAGMA cache_size = -65536;
    `)
    database.exec(SCHEMA)
  } catch (error) {
    database.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`cannot open the ledger ${path}: ${reason}`, { cause: error })
  }
  return database
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    lastBlock: prepare('SELECT max(number) FROM blocks'),
    block: prepare('SELECT bytes, header_hash FROM blocks WHERE number = ?'),
    headerHash: prepare('SELECT header_hash FROM blocks WHERE number = ?'),
    addBlock: prepare('INSERT INTO blocks (number, header_hash, bytes) VALUES (?, ?, ?)'),
    transaction: prepare(
      `SELECT block_number, validation_code FROM transactions WHERE tx_id = ?
       ORDER BY block_number, position LIMIT 1`,
    ),
    transactionsOf: prepare(
      `SELECT tx_id, type, validation_code, event_chaincode, event_name FROM transactions
       WHERE block_number = ? ORDER BY position`,
    ),
    addTransaction: prepare('INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?)'),
    state: prepare('SELECT value, block_number, transaction_number FROM state WHERE key = ?'),
    scan: prepare(
      `SELECT key, value, block_number, transaction_number FROM state
       WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
    ),
    putState: prepare('INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)'),
    deleteState: prepare('DELETE FROM state WHERE key = ?'),
  }
}

function row(statement: StatementSync, ...parameters: number[]): SQLOutputValue[] {
  return statement.get(...parameters) as unknown as SQLOutputValue[]
}

function storedState([value, blockNumber, transactionNumber]: SQLOutputValue[]): StoredState {
  return {
    value: bytes(value),
    version: {
      blockNumber: Number(blockNumber),
      transactionNumber: Number(transactionNumber),
    },
  }
}

function bytes(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new Error('the ledger file holds something else than bytes')
}

function text(utf8: Uint8Array, offset: number): string {
  return Buffer.from(utf8.buffer, utf8.byteOffset + offset, utf8.byteLength - offset).toString()
}
