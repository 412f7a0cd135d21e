import { giveCoupons, movePostings } from './basket.ts'
import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import type { Contract, ContractKind } from './contract.ts'
import type { Coupon } from './coupon-series.ts'
import type { AccountId, ContractId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { couponKey } from './keys.ts'
import type { Posting } from './posting.ts'
import { escrowPath, holdingPath } from './posting.ts'
import type { RecordWrite } from './rule.ts'

/** The coupons that a contract keeps, for a rule's `reads`; none where it is not known. */
export function keptCoupons(contract: Contract | undefined): Key<Coupon>[] {
  const contents = contract?.keeps ?? []
  return contents.flatMap(({ coupons }) =>
    coupons.map(({ series, serial }) => couponKey(series, serial)),
  )
}

/** What leaves an escrow, as postings and as the coupons' new records. */
export interface Release {
  readonly postings: readonly Posting[]
  readonly writes: readonly RecordWrite[]
}

/**
 * Gives contents of an escrow to an account, as they went in: lots keep their dates, and what is
 * past its date by now is expired where it comes to lie.
 */
export function release(
  contents: readonly BasketContent[],
  from: { readonly kind: ContractKind; readonly id: ContractId },
  to: AccountId,
  state: StateView,
): Release {
  const path = escrowPath(from.kind, from.id)
  return {
    postings: contents.flatMap((content) => movePostings(content, path, holdingPath(to))),
    writes: contents.flatMap((content) => giveCoupons(content, to, state)),
  }
}
