import { holdingPath } from '../../../ledger/index.ts'
import type { BalanceCache } from './balance-cache.ts'

/** What accounts hold: the base that debits write, and the credits not folded into it yet. */
export class HoldingWriter {
  readonly #balances: BalanceCache

  constructor(balances: BalanceCache) {
    this.#balances = balances
  }

  putBase([account = '', asset = '']: readonly string[], value: string): void {
    this.#balances.change(holdingPath(account), asset).base = value
  }

  /** A credit comes with the transaction that makes it, and goes when a debit folds it in. */
  putCredit(parts: readonly string[], value: string | undefined, tx: number): void {
    const [account = '', asset = '', transactionId = ''] = parts
    const balance = this.#balances.change(holdingPath(account), asset)
    if (value === undefined) this.#balances.fold(balance, transactionId)
    else balance.freshCredits = [...balance.freshCredits, { transactionId, tx, lots: value }]
  }
}
