import type { DatabaseSync } from 'node:sqlite'
import { Query } from '../query.ts'

/** An account path of which deltas stand in the ledger's state. */
export interface DeltaAccount {
  readonly path: string
  readonly asset: string
  /** How many. */
  readonly open: number
}

export class DeltaQueries {
  readonly #crowded: Query<DeltaAccount>
  readonly #names: Query<{ readonly name: string }>

  constructor(database: DatabaseSync) {
    this.#crowded = new Query(
      database,
      'SELECT path, asset, open FROM delta_counts WHERE open > ? ORDER BY open DESC',
    )
    this.#names = new Query(
      database,
      'SELECT name FROM open_deltas WHERE path = ? AND asset = ? ORDER BY name LIMIT ?',
    )
  }

  /** Accounts with more deltas than so many, the most crowded first. */
  crowded(most: number): DeltaAccount[] {
    return this.#crowded.all(most)
  }

  /** The last parts of the keys of an account's deltas. */
  names(path: string, asset: string, limit: number): string[] {
    return this.#names.all(path, asset, limit).map(({ name }) => name)
  }
}
