import type { Entry } from './entry.ts'
import type { ClearingTurnover } from './netting.ts'

/**
 * What entries posted to clearing accounts in the cycle of those accounts: what was traded, without
 * what settled it later.
 */
export class TradedTurnover {
  readonly #accounts = new Map<string, ClearingTurnover>()

  apply({ cycle, postings }: Pick<Entry, 'cycle' | 'postings'>): void {
    for (const { account, side, amount } of postings) {
      const [code, organisation = '', counterparty = '', of] = account.split('/')
      if (code !== '3001' || of !== cycle) continue
      const before = this.#accounts.get(account) ?? { debit: 0n, credit: 0n }
      const after = { ...before, [side]: before[side] + amount }
      this.#accounts.set(account, { ...after, organisation, counterparty })
    }
  }

  /** Of an account by its path; nothing of one that was never posted to. */
  of(path: string): Pick<ClearingTurnover, 'debit' | 'credit'> {
    return this.#accounts.get(path) ?? { debit: 0n, credit: 0n }
  }
}
