import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { AccountCode, Side } from '../../../ledger/index.ts'
import { CHART_OF_ACCOUNTS, codeOf } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** A credit to a holding that no debit has folded in. */
export interface FreshCredit {
  readonly transactionId: string
  /** The number of its transaction. */
  readonly tx: number
  readonly lots: string
}

/** What an account path has of an asset. */
export interface Balance {
  readonly id: number
  readonly path: string
  readonly asset: string
  readonly code: AccountCode
  /** The side on which it stands. */
  readonly normal: Side
  debit: bigint
  credit: bigint
  /** A holding's lots as the last debit left them; null when it was never debited. */
  base: string | null
  /** How many open credits are in the store. */
  storedCredits: number
  /** Open credits that are not in the store yet, in order of arrival. */
  freshCredits: readonly FreshCredit[]
  isStored: boolean
}

/** Reads and writes the rows of balances and of their credits. */
export class BalanceRows {
  readonly #select: Query<{
    readonly id: number
    readonly debit: string
    readonly credit: string
    readonly base: string | null
    readonly credits: number
  }>
  readonly #selectLast: Query<{ readonly id: number }>
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #insertCredit: StatementSync
  readonly #deleteCredit: StatementSync
  readonly #credits: Query<{ readonly id: string }>
  readonly #transaction: Query<{ readonly seq: number }>
  #lastId: number

  constructor(database: DatabaseSync) {
    this.#select = new Query(
      database,
      'SELECT id, debit, credit, base, credits FROM balances WHERE path = ? AND asset = ?',
    )
    this.#selectLast = new Query(database, 'SELECT id FROM balances ORDER BY id DESC LIMIT 1')
    this.#insert = database.prepare('INSERT INTO balances VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#update = database.prepare(
      'UPDATE balances SET debit = ?, credit = ?, base = ?, credits = ? WHERE id = ?',
    )
    this.#insertCredit = database.prepare('INSERT INTO credits VALUES (?, ?, ?)')
    this.#deleteCredit = database.prepare('DELETE FROM credits WHERE balance = ? AND tx = ?')
    this.#credits = new Query(
      database,
      `SELECT transactions.id AS id FROM credits JOIN transactions ON transactions.seq = credits.tx
       WHERE balance = ? ORDER BY tx LIMIT ?`,
    )
    this.#transaction = new Query(
      database,
      "SELECT seq FROM transactions WHERE id = ? AND validation_code = 'VALID'",
    )
    this.#lastId = this.#readLastId()
  }

  /** Forgets the numbers of balances that were given before the store was emptied. */
  restart(): void {
    this.#lastId = this.#readLastId()
  }

  read(path: string, asset: string): Balance | undefined {
    const row = this.#select.one(path, asset)
    if (row === undefined) return undefined
    const { id, debit, credit, base, credits } = row
    return {
      ...empty(id, path, asset),
      debit: BigInt(debit),
      credit: BigInt(credit),
      base,
      storedCredits: credits,
      isStored: true,
    }
  }

  /** A balance that is not in the store yet, with a number of its own. */
  make(path: string, asset: string): Balance {
    this.#lastId += 1
    return empty(this.#lastId, path, asset)
  }

  /** Writes the balance with its fresh credits, which are stored ones then. */
  write(balance: Balance): void {
    const { id, path, asset, debit, credit, base, freshCredits } = balance
    for (const { tx, lots } of freshCredits) this.#insertCredit.run(id, tx, lots)
    balance.storedCredits += freshCredits.length
    balance.freshCredits = []
    const sums = [String(debit), String(credit), base, balance.storedCredits] as const
    if (balance.isStored) this.#update.run(...sums, id)
    else this.#insert.run(id, path, asset, ...sums)
    balance.isStored = true
  }

  /** Transactions of stored credits, in order of arrival. */
  storedCredits({ id }: Balance, limit: number): string[] {
    return this.#credits.all(id, limit).map((row) => row.id)
  }

  /** The number of a valid transaction. */
  transaction(id: string): number | undefined {
    return this.#transaction.one(id)?.seq
  }

  /** Whether there was such a credit. */
  deleteCredit({ id }: Balance, tx: number): boolean {
    return this.#deleteCredit.run(id, tx).changes === 1
  }

  #readLastId(): number {
    return this.#selectLast.one()?.id ?? 0
  }
}

function empty(id: number, path: string, asset: string): Balance {
  const code = codeOf(path)
  const { normal } = CHART_OF_ACCOUNTS[code]
  const nothing = { debit: 0n, credit: 0n, base: null, storedCredits: 0 }
  return { id, path, asset, code, normal, ...nothing, freshCredits: [], isStored: false }
}
