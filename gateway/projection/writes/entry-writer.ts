import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PublishedEntry } from '../../fabric/ledger-block.ts'
import { entryOf } from '../published-entry.ts'
import type { BalanceWriter } from './balance-writer.ts'
import type { OutstandingWriter } from './outstanding-writer.ts'

/** Entries with their postings, each with the balance after it. */
export class EntryWriter {
  readonly #insertEntry: StatementSync
  readonly #insertPosting: StatementSync
  readonly #balances: BalanceWriter
  readonly #outstanding: OutstandingWriter

  constructor(database: DatabaseSync, balances: BalanceWriter, outstanding: OutstandingWriter) {
    this.#insertEntry = database.prepare(
      'INSERT INTO entries (hash, type, tx, text, traceparent) VALUES (?, ?, ?, ?, ?)',
    )
    this.#insertPosting = database.prepare(
      `INSERT INTO postings (balance, entry, line, side, amount, balance_after)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    this.#balances = balances
    this.#outstanding = outstanding
  }

  put({ hash, text, traceparent }: PublishedEntry, tx: number): void {
    const entry = entryOf(text)
    const inserted = this.#insertEntry.run(hash, entry.type, tx, text, traceparent ?? null)
    const seq = Number(inserted.lastInsertRowid)
    for (const [line, posting] of entry.postings.entries()) {
      const { id, after } = this.#balances.post(posting)
      const amount = String(posting.amount)
      this.#insertPosting.run(id, seq, line, posting.side, amount, String(after))
      this.#outstanding.add(posting)
    }
  }
}
