import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Delta } from '../../../ledger/index.ts'
import { deltaKey } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

interface Total {
  readonly path: string
  readonly asset: string
  debit: bigint
  credit: bigint
}

/** Sums the delta records of the chain per account path and asset, row by row once a block. */
export class GeneralLedgerWriter {
  readonly #select: Query<{ readonly debit: string; readonly credit: string }>
  readonly #put: StatementSync
  readonly #totals = new Map<string, Total>()

  constructor(database: DatabaseSync) {
    this.#select = new Query(
      database,
      'SELECT debit, credit FROM general_ledger WHERE path = ? AND asset = ?',
    )
    this.#put = database.prepare(
      `INSERT INTO general_ledger (path, asset, debit, credit) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET debit = excluded.debit, credit = excluded.credit`,
    )
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#totals.clear()
  }

  /** `parts` are those of a delta's key: the path, which may have slashes, asset and transaction. */
  add(parts: readonly string[], value: string): void {
    const path = parts.slice(0, -2).join('/')
    const asset = parts.at(-2) ?? ''
    const { debit, credit }: Delta = deltaKey('', '', '').codec.decode(value)
    const total = this.#total(path, asset)
    total.debit += debit
    total.credit += credit
  }

  flush(): void {
    for (const { path, asset, debit, credit } of this.#totals.values()) {
      this.#put.run(path, asset, String(debit), String(credit))
    }
  }

  #total(path: string, asset: string): Total {
    const name = `${path} ${asset}`
    let total = this.#totals.get(name)
    if (total === undefined) {
      const { debit, credit } = this.#select.one(path, asset) ?? { debit: '0', credit: '0' }
      total = { path, asset, debit: BigInt(debit), credit: BigInt(credit) }
      this.#totals.set(name, total)
    }
    return total
  }
}
