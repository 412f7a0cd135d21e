import type { Rush } from '../../ledger/index.ts'
import {
  amountOfOne,
  capOn,
  isNetDebitBound,
  splitNetDebitBound,
  isRateBound,
  rateKey,
  rushKey,
  splitRateBound,
} from '../../ledger/index.ts'
import type { Projection } from '../projection/projection.ts'

/** What may be drawn from a bound in all: a budget, a rush's total, what a rate issues in a day, a cap. */
export function boundSize(
  bound: string,
  { contracts, registry }: Pick<Projection, 'contracts' | 'registry'>,
): bigint {
  const rush = rushOf(bound, { contracts })
  if (rush !== undefined) return BigInt(rush.total) * pieceOf(rush.series, { registry })
  if (isNetDebitBound(bound)) return netDebitSize(bound, { registry })
  if (!isRateBound(bound)) return registry.budget(bound)
  const { rate } = splitRateBound(bound)
  const stored = contracts.read('rate', rate)
  return stored === undefined ? 0n : rateKey(rate).codec.decode(stored.value).capPerDay
}

function netDebitSize(bound: string, { registry }: Pick<Projection, 'registry'>): bigint {
  const { organisation } = splitNetDebitBound(bound)
  return capOn(registry.netDebitCap(organisation), registry.ledger()?.cycle.date ?? '') ?? 0n
}

/** The rush of which this is the bound, if it is. */
export function rushOf(
  bound: string,
  { contracts }: Pick<Projection, 'contracts'>,
): Rush | undefined {
  const stored = contracts.read('rush', bound)
  return stored && rushKey(bound).codec.decode(stored.value)
}

/** What one coupon of a series comes to; 0 when there is no such series. */
export function pieceOf(series: string, { registry }: Pick<Projection, 'registry'>): bigint {
  const terms = registry.series(series)
  return terms === undefined ? 0n : amountOfOne(terms)
}
