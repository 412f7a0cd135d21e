import type { DatabaseSync } from 'node:sqlite'
import type { Lot } from '../../../ledger/index.ts'
import { holdingAccount, holdingKey } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** A holding as a walk over all of them finds it. */
export interface WalkedHolding {
  readonly account: string
  readonly asset: string
  /** Credits that no debit has folded in. */
  readonly credits: number
  /** Of the base, and of some of the credits. */
  readonly lots: readonly Lot[]
}

interface HoldingRow {
  readonly id: number
  readonly path: string
  readonly asset: string
  readonly base: string | null
  readonly credits: number
}

/** Of as many credits of a holding a walk looks at the lots. */
const MAX_CREDITS_READ = 100

/** Holdings one after the other, a few at a time, for what is merely due. Not quite the newest. */
export class DueQueries {
  readonly #holdings: Query<HoldingRow>
  readonly #credits: Query<{ readonly lots: string }>

  constructor(database: DatabaseSync) {
    this.#holdings = new Query(
      database,
      'SELECT id, path, asset, base, credits FROM balances WHERE id > ? ORDER BY id LIMIT ?',
    )
    this.#credits = new Query(
      database,
      'SELECT lots FROM credits WHERE balance = ? ORDER BY tx LIMIT ?',
    )
  }

  /** Looks at the next so many accounts behind a place, and answers where to go on: 0 at the end. */
  walk(
    after: number,
    limit: number,
  ): { readonly holdings: readonly WalkedHolding[]; readonly next: number } {
    const rows = this.#holdings.all(after, limit)
    const next = rows.length < limit ? 0 : (rows.at(-1)?.id ?? 0)
    return { holdings: rows.flatMap((row) => this.#holding(row)), next }
  }

  #holding({ id, path, asset, base, credits }: HoldingRow): WalkedHolding[] {
    const account = holdingAccount(path)
    if (account === undefined) return []
    const { codec } = holdingKey('', '')
    const read = credits === 0 ? [] : this.#credits.all(id, MAX_CREDITS_READ)
    const records = [...(base === null ? [] : [base]), ...read.map(({ lots }) => lots)]
    const lots = records.flatMap((record) => codec.decode(record).lots)
    return [{ account, asset, credits, lots }]
  }
}
