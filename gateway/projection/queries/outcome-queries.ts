import type { DatabaseSync } from 'node:sqlite'
import type { RecordedOutcome } from '../../../ledger/index.ts'
import { commandKey } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** A recorded outcome, with the transaction that wrote it. */
export type StoredOutcome = RecordedOutcome & {
  readonly transactionId: string
  readonly blockNumber: bigint
}

export class OutcomeQueries {
  readonly #outcome: Query<{
    readonly value: string
    readonly transactionId: string
    readonly blockNumber: number
  }>

  constructor(database: DatabaseSync) {
    this.#outcome = new Query(
      database,
      `SELECT value, transactions.id AS transactionId, block_number AS blockNumber
       FROM outcomes JOIN transactions ON transactions.seq = outcomes.tx
       WHERE actor = ? AND outcomes.id = ?`,
    )
  }

  read(actor: string, id: string): StoredOutcome | undefined {
    const row = this.#outcome.one(actor, id)
    if (row === undefined) return undefined
    const { transactionId, blockNumber } = row
    const recorded = commandKey(actor, id).codec.decode(row.value)
    return { ...recorded, transactionId, blockNumber: BigInt(blockNumber) }
  }
}
