import { isSeries } from '../../ledger/index.ts'
import type { Projection } from '../projection/projection.ts'
import { boundSize, pieceOf, rushOf } from './bound-size.ts'

const REFILLS_PER_BUDGET = 1_024n

/** As many coupons as one command issues. */
const MOST_COUPONS = 100n
const LANES_OF_SMALL_BUDGETS = 64n

/**
 * Quota that a lane takes from a pool at once, beyond what is waiting for it: a 1,024th of what the
 * bound is, and enough to go on with where that is less than a coupon.
 */
export function refillShare(
  bound: string,
  projection: Pick<Projection, 'contracts' | 'registry'>,
): bigint {
  const size = boundSize(bound, projection)
  const share = size / REFILLS_PER_BUDGET
  const least = leastShare(bound, size, projection)
  return share > least ? share : least
}

/** A rush hands out what it has to the last: no lane takes more than it is asked for. */
function leastShare(
  bound: string,
  size: bigint,
  projection: Pick<Projection, 'contracts' | 'registry'>,
): bigint {
  const rush = rushOf(bound, projection)
  if (rush !== undefined) return pieceOf(rush.series, projection)
  if (!isSeries(bound)) return 0n
  const piece = pieceOf(bound, projection)
  const most = piece * MOST_COUPONS
  const part = size / LANES_OF_SMALL_BUDGETS
  if (part > most) return most
  return part > piece ? part : piece
}
