import type { DatabaseSync } from 'node:sqlite'
import type { Balance } from './balance-rows.ts'
import { BalanceRows } from './balance-rows.ts'

export interface BalanceCacheLimits {
  /** How many balances may have changed before they are written. */
  readonly maxChanged: number
  /** Half of how many are kept. */
  readonly maxRecent: number
}

const LIMITS: BalanceCacheLimits = { maxChanged: 4_000, maxRecent: 10_000 }

/**
 * The balances of late, with what has changed since they were last written. An account that is
 * posted to again and again is read once and written now and then; a credit that is soon folded is
 * never written. Changes of a block are made to copies, which count when the block is kept.
 */
export class BalanceCache {
  readonly #rows: BalanceRows
  readonly #limits: BalanceCacheLimits
  readonly #touched = new Map<string, Balance>()
  readonly #changed = new Map<string, Balance>()
  #recent = new Map<string, Balance>()
  #older = new Map<string, Balance>()
  /** Numbers of the transactions whose stored credits the block folds. */
  readonly #transactions = new Map<string, number | undefined>()

  constructor(database: DatabaseSync, limits: Partial<BalanceCacheLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
    this.#rows = new BalanceRows(database)
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#touched.clear()
    this.#transactions.clear()
  }

  /** The balance for the block to change. Throws when the chart does not have the path's code. */
  change(path: string, asset: string): Balance {
    const name = `${path} ${asset}`
    const touched = this.#touched.get(name)
    if (touched !== undefined) return touched
    const known = this.#known(name, path, asset)
    const balance = known === undefined ? this.#rows.make(path, asset) : { ...known }
    this.#touched.set(name, balance)
    return balance
  }

  /** Takes out an open credit. Throws when there is none of that transaction. */
  fold(balance: Balance, transactionId: string): void {
    const { freshCredits } = balance
    balance.freshCredits = freshCredits.filter((credit) => credit.transactionId !== transactionId)
    if (balance.freshCredits.length < freshCredits.length) return
    const tx = this.#transaction(transactionId)
    if (tx === undefined || !this.#rows.deleteCredit(balance, tx)) {
      const { path, asset } = balance
      throw new Error(`no such credit to fold: ${path} ${asset} ${transactionId}`)
    }
    balance.storedCredits -= 1
  }

  /** The block's changes count from now on. */
  keep(): void {
    for (const [name, balance] of this.#touched) {
      this.#remember(name, balance)
      this.#changed.set(name, balance)
    }
    this.#touched.clear()
    if (this.#changed.size >= this.#limits.maxChanged) this.flush()
  }

  /** Transactions whose credits to a holding are open, in order of arrival. */
  openCredits(path: string, asset: string, limit: number): readonly string[] {
    const balance = this.#known(`${path} ${asset}`, path, asset)
    if (balance === undefined) return []
    const stored = balance.storedCredits === 0 ? [] : this.#rows.storedCredits(balance, limit)
    const fresh = balance.freshCredits.map(({ transactionId }) => transactionId)
    return [...stored, ...fresh].slice(0, limit)
  }

  /** Writes what has changed. The caller's transaction is open whenever anything has. */
  flush(): void {
    for (const balance of this.#changed.values()) this.#rows.write(balance)
    this.#changed.clear()
  }

  /** Forgets everything, after the store was emptied. */
  clear(): void {
    this.begin()
    this.#changed.clear()
    this.#recent.clear()
    this.#older.clear()
    this.#rows.restart()
  }

  #known(name: string, path: string, asset: string): Balance | undefined {
    const recent = this.#recent.get(name)
    if (recent !== undefined) return recent
    const kept = this.#older.get(name) ?? this.#changed.get(name)
    const balance = kept ?? this.#rows.read(path, asset)
    if (balance !== undefined) this.#remember(name, balance)
    return balance
  }

  #remember(name: string, balance: Balance): void {
    if (this.#recent.size >= this.#limits.maxRecent) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(name, balance)
  }

  #transaction(id: string): number | undefined {
    if (!this.#transactions.has(id)) this.#transactions.set(id, this.#rows.transaction(id))
    return this.#transactions.get(id)
  }
}
