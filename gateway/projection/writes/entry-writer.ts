import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Posting, PublishedEntry } from '../../../ledger/index.ts'
import { commandKeyOf, hashKeyOf } from '../index-keys.ts'
import { storedTextOf } from '../published-entry.ts'
import { Query } from '../query.ts'
import type { BalanceCache } from './balance-cache.ts'
import type { OutstandingWriter } from './outstanding-writer.ts'
import type { TurnoverWriter } from './turnover-writer.ts'

/** What postings change besides the balances of their accounts. */
export interface PostingSums {
  readonly balances: BalanceCache
  readonly codeTotals: TurnoverWriter
  readonly outstanding: OutstandingWriter
}

/** Entries with their postings, each with the balance after it. */
export class EntryWriter {
  readonly #insertEntry: StatementSync
  readonly #insertPosting: StatementSync
  readonly #selectType: Query<{ readonly id: number }>
  readonly #insertType: StatementSync
  readonly #types = new Map<string, number>()
  readonly #sums: PostingSums

  constructor(database: DatabaseSync, sums: PostingSums) {
    this.#insertEntry = database.prepare(
      `INSERT INTO entries (tx, type, hash_key, command_key, hash, text, traceparent)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#insertPosting = database.prepare('INSERT INTO postings VALUES (?, ?, ?, ?)')
    this.#selectType = new Query(database, 'SELECT id FROM entry_types WHERE name = ?')
    this.#insertType = database.prepare('INSERT INTO entry_types (name) VALUES (?)')
    this.#sums = sums
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#types.clear()
  }

  put({ hash, entry, traceparent }: PublishedEntry, tx: number): void {
    const inserted = this.#insertEntry.run(
      tx,
      this.#type(entry.type),
      hashKeyOf(hash),
      commandKeyOf(entry.actor, entry.commandId),
      hash,
      storedTextOf(entry),
      traceparent ?? null,
    )
    const seq = Number(inserted.lastInsertRowid)
    for (const [line, posting] of entry.postings.entries()) this.#post(posting, seq, line)
  }

  #post(posting: Posting, seq: number, line: number): void {
    const { balances, codeTotals, outstanding } = this.#sums
    const { account, asset, side, amount } = posting
    const balance = balances.change(account, asset)
    balance[side] += amount
    const surplus = balance.debit - balance.credit
    const after = balance.normal === 'debit' ? surplus : -surplus
    this.#insertPosting.run(balance.id, seq, line, String(after))
    codeTotals.addTo(side, balance.code, asset, amount)
    outstanding.add(posting)
  }

  #type(name: string): number {
    let id = this.#types.get(name)
    if (id === undefined) {
      const stored = this.#selectType.one(name)?.id
      id = stored ?? Number(this.#insertType.run(name).lastInsertRowid)
      this.#types.set(name, id)
    }
    return id
  }
}
