import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Delta, Side } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

interface Total {
  readonly path: string
  readonly asset: string
  debit: bigint
  credit: bigint
}

/** Sums turnover per path and asset in a table of that form, row by row once a block. */
export class TurnoverWriter {
  readonly #select: Query<{ readonly debit: string; readonly credit: string }>
  readonly #put: StatementSync
  readonly #totals = new Map<string, Total>()
  #last: Total | undefined

  constructor(database: DatabaseSync, table: 'general_ledger' | 'code_totals') {
    this.#select = new Query(
      database,
      `SELECT debit, credit FROM ${table} WHERE path = ? AND asset = ?`,
    )
    this.#put = database.prepare(
      `INSERT INTO ${table} (path, asset, debit, credit) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET debit = excluded.debit, credit = excluded.credit`,
    )
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#totals.clear()
    this.#last = undefined
  }

  add(path: string, asset: string, { debit, credit }: Delta): void {
    const total = this.#total(path, asset)
    total.debit += debit
    total.credit += credit
  }

  addTo(side: Side, path: string, asset: string, amount: bigint): void {
    this.#total(path, asset)[side] += amount
  }

  flush(): void {
    for (const { path, asset, debit, credit } of this.#totals.values()) {
      this.#put.run(path, asset, String(debit), String(credit))
    }
  }

  #total(path: string, asset: string): Total {
    const last = this.#last
    // A block posts to few codes and assets, and names are dear to make.
    if (last?.path === path && last.asset === asset) return last
    const name = `${path} ${asset}`
    let total = this.#totals.get(name)
    if (total === undefined) {
      const { debit, credit } = this.#select.one(path, asset) ?? { debit: '0', credit: '0' }
      total = { path, asset, debit: BigInt(debit), credit: BigInt(credit) }
      this.#totals.set(name, total)
    }
    this.#last = total
    return total
  }
}
