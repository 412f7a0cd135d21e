import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Posting } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

interface OutstandingLot {
  readonly asset: string
  readonly expires: string
  readonly availableFrom: string
  amount: bigint
}

/**
 * Sums the lots of all holdings per asset, expiry and date of availability. A lot that has become
 * available is debited without that date, so a single row can go below zero; the sum over all dates
 * that have come cannot.
 */
export class OutstandingWriter {
  readonly #select: Query<{ readonly amount: string }>
  readonly #put: StatementSync
  readonly #lots = new Map<string, OutstandingLot>()
  #last: OutstandingLot | undefined

  constructor(database: DatabaseSync) {
    this.#select = new Query(
      database,
      `SELECT amount FROM outstanding_lots
       WHERE asset = ? AND expires = ? AND available_from = ?`,
    )
    this.#put = database.prepare(
      `INSERT INTO outstanding_lots (asset, expires, available_from, amount) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET amount = excluded.amount`,
    )
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#lots.clear()
    this.#last = undefined
  }

  add({ asset, side, lots = [] }: Posting): void {
    for (const { expires, availableFrom = '', amount } of lots) {
      this.#lot(asset, expires, availableFrom).amount += side === 'credit' ? amount : -amount
    }
  }

  flush(): void {
    for (const { asset, expires, availableFrom, amount } of this.#lots.values()) {
      this.#put.run(asset, expires, availableFrom, String(amount))
    }
  }

  #lot(asset: string, expires: string, availableFrom: string): OutstandingLot {
    const last = this.#last
    // Most postings of a block are of a few lots, and names are dear to make.
    if (last?.expires === expires && last.asset === asset && last.availableFrom === availableFrom) {
      return last
    }
    const name = `${asset} ${expires} ${availableFrom}`
    let lot = this.#lots.get(name)
    if (lot === undefined) {
      const stored = this.#select.one(asset, expires, availableFrom)?.amount ?? '0'
      lot = { asset, expires, availableFrom, amount: BigInt(stored) }
      this.#lots.set(name, lot)
    }
    this.#last = lot
    return lot
  }
}
