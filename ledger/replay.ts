import type { Entry } from './entry.ts'
import type { AssetId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { mergeLots, subtractLots } from './lot.ts'
import type { AccountPath } from './posting.ts'
import type { Delta } from './records.ts'

/** The turnover of one account in one asset, with its lots where it is a holding. */
export interface AccountBalance extends Delta {
  readonly account: AccountPath
  readonly asset: AssetId
  readonly lots: readonly Lot[]
}

/**
 * The books as entries alone make them, without the ledger's own records: what an auditor, a
 * projection or a test compares with the state.
 */
export class ReplayedBooks {
  readonly #balances = new Map<string, AccountBalance>()

  /** Posts an entry. Throws when it takes lots that the entries before it did not leave. */
  apply(entry: Entry): void {
    for (const { account, asset, side, amount, lots = [] } of entry.postings) {
      const key = `${account} ${asset}`
      const before = this.#balances.get(key) ?? { account, asset, debit: 0n, credit: 0n, lots: [] }
      const after = applyLots(before.lots, side, lots, entry.businessDate)
      if (after === undefined) throw new Error(`entry takes what is not there: ${key}`)
      this.#balances.set(key, { ...before, [side]: before[side] + amount, lots: after })
    }
  }

  /** All accounts that were ever posted to, in order of account and asset. */
  balances(): readonly AccountBalance[] {
    return [...this.#balances.keys()].sort().flatMap((key) => this.#balances.get(key) ?? [])
  }
}

function applyLots(
  held: readonly Lot[],
  side: 'debit' | 'credit',
  lots: readonly Lot[],
  today: string,
): readonly Lot[] | undefined {
  return side === 'credit' ? mergeLots([...held, ...lots], today) : subtractLots(held, lots, today)
}
