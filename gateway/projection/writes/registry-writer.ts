import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Account } from '../../../ledger/index.ts'
import { accountKey } from '../../../ledger/index.ts'

/** Who and what there is: the ledger, organisations, people, accounts, programmes, quotas. */
export class RegistryWriter {
  readonly #put: StatementSync
  readonly #putAccount: StatementSync

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO records (kind, id, value) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    )
    this.#putAccount = database.prepare(
      `INSERT INTO accounts (id, owner, home) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET owner = excluded.owner, home = excluded.home`,
    )
  }

  put(kind: string, parts: readonly string[], value: string): void {
    this.#put.run(kind, parts.join('/'), value)
  }

  putAccount(value: string): void {
    const { id, owner, home }: Account = accountKey('').codec.decode(value)
    this.#putAccount.run(id, owner, home)
  }
}
