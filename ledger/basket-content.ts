import type { AssetId, SeriesId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import type { CouponPart } from './posting.ts'
import type { Stored } from './records.ts'

/** What lies in an escrow: the very lots and coupons that went in, which come out again. */
export interface BasketContent {
  readonly points: readonly { readonly asset: AssetId; readonly lots: readonly Lot[] }[]
  readonly coupons: readonly (CouponPart & { readonly series: SeriesId })[]
}

/** A content out of a contract's record, where amounts are text. */
export function reviveContent({ points, coupons }: Stored<BasketContent>): BasketContent {
  return {
    points: points.map(({ asset, lots }) => ({
      asset,
      lots: lots.map((lot) => ({ ...lot, amount: BigInt(lot.amount) })),
    })),
    coupons: coupons.map((part) => ({ ...part, amount: BigInt(part.amount) })),
  }
}
