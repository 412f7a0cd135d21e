import type { DatabaseSync } from 'node:sqlite'
import type { Lot } from '../../../ledger/index.ts'
import { holdingKey } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** All lots that an account has of an asset, base and credits, in no order and not merged. */
export interface HeldLots {
  readonly asset: string
  readonly lots: readonly Lot[]
}

export class HoldingQueries {
  readonly #openCredits: Query<{ readonly id: string }>
  readonly #parts: Query<{ readonly asset: string; readonly lots: string }>

  constructor(database: DatabaseSync) {
    this.#openCredits = new Query(
      database,
      `SELECT transactions.id AS id
       FROM holding_parts JOIN transactions ON transactions.seq = holding_parts.tx
       WHERE account = ? AND asset = ? AND tx > 0 ORDER BY tx LIMIT ?`,
    )
    this.#parts = new Query(
      database,
      'SELECT asset, lots FROM holding_parts WHERE account = ? ORDER BY asset, tx',
    )
  }

  /** Transactions whose credits to a holding no debit has folded in yet, in order of arrival. */
  openCredits(account: string, asset: string, limit: number): string[] {
    return this.#openCredits.all(account, asset, limit).map(({ id }) => id)
  }

  /** By asset; an asset that was once held stays, with no lots. */
  ofAccount(account: string): HeldLots[] {
    const held = new Map<string, Lot[]>()
    const { codec } = holdingKey('', '')
    for (const { asset, lots } of this.#parts.all(account)) {
      const all = held.get(asset) ?? []
      all.push(...codec.decode(lots).lots)
      held.set(asset, all)
    }
    return [...held].map(([asset, lots]) => ({ asset, lots }))
  }
}
