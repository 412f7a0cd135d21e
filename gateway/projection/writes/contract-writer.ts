import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Contract } from '../../../ledger/index.ts'

/** Contracts of every kind, as their records have them, and who finds them among his. */
export class ContractWriter {
  readonly #put: StatementSync
  readonly #putParty: StatementSync

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO contracts (kind, id, status, due_on, value) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET status = excluded.status, due_on = excluded.due_on,
         value = excluded.value`,
    )
    this.#putParty = database.prepare(
      'INSERT INTO contract_parties (kind, party, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    )
  }

  put(kind: string, parts: readonly string[], value: string): void {
    const id = parts.join('/')
    // Of a record that is JSON by its codec, only what all contracts have is looked at.
    const { status, dueOn, parties } = JSON.parse(value) as Contract
    this.#put.run(kind, id, status, dueOn ?? null, value)
    for (const party of parties) this.#putParty.run(kind, party, id)
  }
}
