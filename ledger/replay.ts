import type { Entry } from './entry.ts'
import type { AssetId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { mergeLots, subtractLots } from './lot.ts'
import type { AccountPath, CouponPart } from './posting.ts'
import type { Delta } from './records.ts'

/** The turnover of one account in one asset, with lots or coupons where it is a holding or escrow. */
export interface AccountBalance extends Delta {
  readonly account: AccountPath
  readonly asset: AssetId
  readonly lots: readonly Lot[]
  /** By serial: what the account has of each coupon. */
  readonly coupons: ReadonlyMap<string, bigint>
}

const NOTHING = { debit: 0n, credit: 0n, lots: [], coupons: new Map() } as const

/**
 * The books as entries alone make them, without the ledger's own records: what an auditor, a
 * projection or a test compares with the state.
 */
export class ReplayedBooks {
  readonly #balances = new Map<string, AccountBalance>()

  /** Posts an entry. Throws when it takes lots that the entries before it did not leave. */
  apply(entry: Entry): void {
    for (const posting of entry.postings) {
      const { account, asset, side, amount } = posting
      const key = `${account} ${asset}`
      const before = this.#balances.get(key) ?? { ...NOTHING, account, asset }
      const lots = applyLots(before.lots, side, posting.lots ?? [], entry.businessDate)
      const coupons = applyCoupons(before.coupons, side, posting.coupons ?? [])
      if (lots === undefined || coupons === undefined) {
        throw new Error(`entry takes what is not there: ${key}`)
      }
      this.#balances.set(key, { ...before, [side]: before[side] + amount, lots, coupons })
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

function applyCoupons(
  held: ReadonlyMap<string, bigint>,
  side: 'debit' | 'credit',
  parts: readonly CouponPart[],
): ReadonlyMap<string, bigint> | undefined {
  if (parts.length === 0) return held
  const after = new Map(held)
  for (const { serial, amount } of parts) {
    const left = (after.get(serial) ?? 0n) + (side === 'credit' ? amount : -amount)
    if (left < 0n) return undefined
    if (left === 0n) after.delete(serial)
    else after.set(serial, left)
  }
  return after
}
