import type { DatabaseSync } from 'node:sqlite'
import type { Lot } from '../../../ledger/index.ts'
import { holdingKey, holdingPath } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** All lots that an account has of an asset, base and credits, in no order and not merged. */
export interface HeldLots {
  readonly asset: string
  readonly lots: readonly Lot[]
}

export class HoldingQueries {
  readonly #bases: Query<{ readonly id: number; readonly asset: string; readonly base: string }>
  readonly #credits: Query<{ readonly lots: string }>

  constructor(database: DatabaseSync) {
    this.#bases = new Query(
      database,
      `SELECT id, asset, coalesce(base, '') AS base FROM balances
       WHERE path = ? AND asset LIKE '%:point' ORDER BY asset`,
    )
    this.#credits = new Query(database, 'SELECT lots FROM credits WHERE balance = ? ORDER BY tx')
  }

  /** By asset; an asset that was once held stays, with no lots. Coupons have records of their own. */
  ofAccount(account: string): HeldLots[] {
    const { codec } = holdingKey('', '')
    return this.#bases.all(holdingPath(account)).map(({ id, asset, base }) => {
      const credits = this.#credits.all(id).map(({ lots }) => lots)
      const records = base === '' ? credits : [base, ...credits]
      return { asset, lots: records.flatMap((record) => codec.decode(record).lots) }
    })
  }
}
