import type { DatabaseSync } from 'node:sqlite'
import type { BusinessDate, ContractKind } from '../../../ledger/index.ts'
import { Query } from '../query.ts'
import type { IdPage } from './registry-queries.ts'

/** A contract's record as the chain has it: canonical JSON, amounts as text. */
export interface StoredContract {
  readonly id: string
  readonly value: string
}

/** Which contracts of a kind: those of a party, those of a status, or both. */
export interface ContractFilter {
  readonly party?: string | undefined
  readonly status?: string | undefined
}

/** Gifts, offers, auctions and the like, by id. */
export class ContractQueries {
  readonly #read: Query<StoredContract>
  readonly #all: Query<StoredContract>
  readonly #ofParty: Query<StoredContract>
  readonly #due: Query<StoredContract>

  constructor(database: DatabaseSync) {
    this.#read = new Query(database, 'SELECT id, value FROM contracts WHERE kind = ? AND id = ?')
    this.#all = new Query(
      database,
      `SELECT id, value FROM contracts
       WHERE kind = :kind AND id > :after AND (:status IS NULL OR status = :status)
       ORDER BY id LIMIT :limit`,
    )
    this.#ofParty = new Query(
      database,
      `SELECT c.id, c.value FROM contract_parties p JOIN contracts c USING (kind, id)
       WHERE p.kind = :kind AND p.party = :party AND p.id > :after
         AND (:status IS NULL OR c.status = :status)
       ORDER BY p.id LIMIT :limit`,
    )
    this.#due = new Query(
      database,
      `SELECT id, value FROM contracts
       WHERE kind = :kind AND status = 'open' AND due_on < :today
         AND id > :home || ':' AND id < :home || ';'
       ORDER BY due_on, id LIMIT :limit`,
    )
  }

  read(kind: ContractKind, id: string): StoredContract | undefined {
    return this.#read.one(kind, id)
  }

  list(
    kind: ContractKind,
    { after, limit }: IdPage,
    { party, status }: ContractFilter,
  ): StoredContract[] {
    const page = { kind, after, limit, status: status ?? null }
    return party === undefined
      ? this.#all.allNamed(page)
      : this.#ofParty.allNamed({ ...page, party })
  }

  /** Open contracts of a home organisation whose last day is over, the longest overdue first. */
  due(kind: ContractKind, home: string, today: BusinessDate, limit: number): StoredContract[] {
    return this.#due.allNamed({ kind, home, today, limit })
  }
}
