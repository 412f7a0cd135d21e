import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Query } from '../query.ts'

/** What accounts hold: the base that debits write, and the credits not folded into it yet. */
export class HoldingWriter {
  readonly #put: StatementSync
  readonly #deleteCredit: StatementSync
  readonly #transaction: Query<{ readonly seq: number }>

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO holding_parts (account, asset, tx, lots) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET lots = excluded.lots`,
    )
    this.#deleteCredit = database.prepare(
      'DELETE FROM holding_parts WHERE account = ? AND asset = ? AND tx = ?',
    )
    this.#transaction = new Query(
      database,
      "SELECT seq FROM transactions WHERE id = ? AND validation_code = 'VALID'",
    )
  }

  putBase([account = '', asset = '']: readonly string[], value: string): void {
    this.#put.run(account, asset, 0, value)
  }

  /** A credit comes with the transaction that makes it, and goes when a debit folds it in. */
  putCredit(parts: readonly string[], value: string | undefined, tx: number): void {
    const [account = '', asset = '', transactionId = ''] = parts
    if (value !== undefined) {
      this.#put.run(account, asset, tx, value)
      return
    }
    const made = this.#transaction.one(transactionId)?.seq ?? 0
    const { changes } = this.#deleteCredit.run(account, asset, made)
    if (changes !== 1) throw new Error(`no such credit to fold: ${parts.join('/')}`)
  }
}
