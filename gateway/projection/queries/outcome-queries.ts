import type { DatabaseSync } from 'node:sqlite'
import type { RecordedOutcome } from '../../../ledger/index.ts'
import { commandKey } from '../../../ledger/index.ts'
import { commandKeyOf } from '../index-keys.ts'
import { entryJsonOf } from '../published-entry.ts'
import { Query } from '../query.ts'

/** A recorded outcome, with the transaction that wrote it. */
export type StoredOutcome = RecordedOutcome & {
  readonly transactionId: string
  readonly blockNumber: bigint
}

interface Place {
  readonly transactionId: string
  readonly blockNumber: number
}

/** Most commands that are asked for are new: that there is nothing has to be quick to see. */
export class OutcomeQueries {
  readonly #posted: Query<{ readonly hash: string; readonly text: string; readonly tx: number }>
  readonly #recorded: Query<{ readonly value: string; readonly tx: number }>
  readonly #place: Query<Place>

  constructor(database: DatabaseSync) {
    this.#posted = new Query(database, 'SELECT hash, text, tx FROM entries WHERE command_key = ?')
    this.#recorded = new Query(
      database,
      'SELECT value, tx FROM outcomes WHERE command_key = ? AND actor = ? AND id = ?',
    )
    this.#place = new Query(
      database,
      `SELECT id AS transactionId, block_number AS blockNumber FROM transactions WHERE seq = ?`,
    )
  }

  read(actor: string, id: string): StoredOutcome | undefined {
    const key = commandKeyOf(actor, id)
    for (const { hash: entryHash, text, tx } of this.#posted.all(key)) {
      const { actor: by, commandId, commandHash: hash } = entryJsonOf(text)
      if (by !== actor || commandId !== id) continue
      return this.#placed({ status: 'accepted', hash, entryHash }, tx)
    }
    const row = this.#recorded.one(key, actor, id)
    if (row === undefined) return undefined
    return this.#placed(commandKey(actor, id).codec.decode(row.value), row.tx)
  }

  #placed(recorded: RecordedOutcome, tx: number): StoredOutcome {
    const place = this.#place.one(tx)
    if (place === undefined) throw new Error(`an outcome of no transaction: ${tx}`)
    const { transactionId, blockNumber } = place
    return { ...recorded, transactionId, blockNumber: BigInt(blockNumber) }
  }
}
