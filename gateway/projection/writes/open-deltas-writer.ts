import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { deltaKey } from '../../../ledger/index.ts'
import { Query } from '../query.ts'
import type { TurnoverWriter } from './turnover-writer.ts'

/**
 * The deltas that stand in the ledger's state, for compacting them, and what they come to: a
 * compaction takes out as much as it puts in.
 */
export class OpenDeltasWriter {
  readonly #sums: TurnoverWriter
  readonly #insert: StatementSync
  readonly #select: Query<{ readonly debit: string; readonly credit: string }>
  readonly #delete: StatementSync
  readonly #count: StatementSync

  /** `sums` is kept as the deltas come and go. */
  constructor(database: DatabaseSync, sums: TurnoverWriter) {
    this.#sums = sums
    this.#insert = database.prepare('INSERT INTO open_deltas VALUES (?, ?, ?, ?, ?)')
    this.#select = new Query(
      database,
      'SELECT debit, credit FROM open_deltas WHERE path = ? AND asset = ? AND name = ?',
    )
    this.#delete = database.prepare(
      'DELETE FROM open_deltas WHERE path = ? AND asset = ? AND name = ?',
    )
    this.#count = database.prepare(
      `INSERT INTO delta_counts (path, asset, open) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET open = open + excluded.open`,
    )
  }

  /**
   * `parts` are the account path, which may have slashes, asset and name. Without a value the delta
   * goes; throws when it is not there.
   */
  put(parts: readonly string[], value: string | undefined): void {
    const path = parts.slice(0, -2).join('/')
    const [asset = '', name = ''] = parts.slice(-2)
    if (value === undefined) this.#take(path, asset, name)
    else this.#add(path, asset, name, value)
  }

  #add(path: string, asset: string, name: string, value: string): void {
    const delta = deltaKey('', '', '').codec.decode(value)
    this.#insert.run(path, asset, name, String(delta.debit), String(delta.credit))
    this.#count.run(path, asset, 1)
    this.#sums.add(path, asset, delta)
  }

  #take(path: string, asset: string, name: string): void {
    const stored = this.#select.one(path, asset, name)
    if (stored === undefined) throw new Error(`no such delta to take in: ${path} ${asset} ${name}`)
    this.#delete.run(path, asset, name)
    this.#count.run(path, asset, -1)
    const { debit, credit } = stored
    this.#sums.add(path, asset, { debit: -BigInt(debit), credit: -BigInt(credit) })
  }
}
