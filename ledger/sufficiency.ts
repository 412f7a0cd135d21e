import type { BusinessDate } from './business-date.ts'
import type { LedgerErrorCode } from './errors.ts'
import type { Lot } from './lot.ts'
import { lotTotals } from './lot.ts'

/** Why a holding does not cover a payment; undefined when it does. */
export function shortfall(
  lots: readonly Lot[],
  amount: bigint,
  today: BusinessDate,
): LedgerErrorCode | undefined {
  const { available, pending, expired } = lotTotals(lots, today)
  if (available >= amount) return undefined
  if (available + expired >= amount) return 'POINTS_EXPIRED'
  if (available + expired + pending >= amount) return 'POINTS_PENDING'
  return 'INSUFFICIENT_POINTS'
}
