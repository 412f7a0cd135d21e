import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import type { SubmitterIdentity } from './fabric-connection.ts'

/** A command, by what names its outcome. */
export interface CommandName {
  readonly actor: string
  readonly id: string
}

/** A signed transaction that was sent or was about to be, and whose block has not been seen. */
export interface KeptEnvelope {
  readonly transactionId: string
  readonly identity: SubmitterIdentity
  readonly bytes: Uint8Array
  readonly commands: readonly CommandName[]
}

/**
 * Signed transactions, kept on disk from before they are sent until their block is seen, so that
 * whatever happens to the gateway in between, each comes to a definite outcome.
 */
export class EnvelopeStore {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #open = new Set<string>()

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    // An envelope is some hundred kilobytes, and comes and goes: few large pages.
    this.#database.exec(`
      PRAGMA page_size = 16384;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS envelopes (
        transaction_id TEXT PRIMARY KEY, identity TEXT NOT NULL,
        bytes BLOB NOT NULL, commands TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `)
    this.#insert = this.#database.prepare('INSERT INTO envelopes VALUES (?, ?, ?, ?)')
    this.#delete = this.#database.prepare('DELETE FROM envelopes WHERE transaction_id = ?')
    for (const { transactionId } of this.all()) this.#open.add(transactionId)
  }

  keep({ transactionId, identity, bytes, commands }: KeptEnvelope): void {
    this.#insert.run(transactionId, identity, bytes, JSON.stringify(commands))
    this.#open.add(transactionId)
  }

  /** The transaction's block has been seen; one that is not kept changes nothing. */
  settle(transactionId: string): void {
    if (!this.#open.delete(transactionId)) return
    // Waits for no disk: one that comes back with the power is only sent again, and found settled.
    this.#database.exec('PRAGMA synchronous = NORMAL')
    this.#delete.run(transactionId)
    this.#database.exec('PRAGMA synchronous = FULL')
  }

  /** How many are kept. */
  get open(): number {
    return this.#open.size
  }

  has(transactionId: string): boolean {
    return this.#open.has(transactionId)
  }

  all(): KeptEnvelope[] {
    const rows = this.#database.prepare('SELECT * FROM envelopes').all()
    return rows.map((row) => ({
      transactionId: row['transaction_id'] as string,
      identity: row['identity'] as SubmitterIdentity,
      bytes: row['bytes'] as Uint8Array,
      commands: JSON.parse(row['commands'] as string) as CommandName[],
    }))
  }

  close(): void {
    this.#database.close()
  }
}
