import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { commandKeyOf } from '../index-keys.ts'

/** What became of a command of which no entry tells it: kept for ever, written once. */
export class OutcomeWriter {
  readonly #insert: StatementSync

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      'INSERT INTO outcomes (command_key, actor, id, value, tx) VALUES (?, ?, ?, ?, ?)',
    )
  }

  put([actor = '', id = '']: readonly string[], value: string, tx: number): void {
    this.#insert.run(commandKeyOf(actor, id), actor, id, value, tx)
  }
}
