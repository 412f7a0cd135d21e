import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** A prepared query. Tables are STRICT, so rows have the types that the schema gives the columns. */
export class Query<Row> {
  readonly #statement: StatementSync

  constructor(database: DatabaseSync, sql: string) {
    this.#statement = database.prepare(sql)
  }

  one(...values: readonly SQLInputValue[]): Row | undefined {
    return this.#statement.get(...values) as Row | undefined
  }

  all(...values: readonly SQLInputValue[]): Row[] {
    return this.#statement.all(...values) as Row[]
  }

  /** For SQL with parameters of the form :name. */
  allNamed(values: Record<string, SQLInputValue>): Row[] {
    return this.#statement.all(values) as Row[]
  }
}
