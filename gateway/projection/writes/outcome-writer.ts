import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** What became of each command: kept for ever, written once. */
export class OutcomeWriter {
  readonly #insert: StatementSync

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO outcomes (actor, id, value, tx) VALUES (?, ?, ?, ?)',
    )
  }

  put([actor = '', id = '']: readonly string[], value: string, tx: number): void {
    this.#insert.run(actor, id, value, tx)
  }
}
