import { multiply } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import { endOfMonth } from './business-date.ts'
import { NEVER } from './lot.ts'
import type { PointsProgramme } from './records.ts'

const FEN_PER_YUAN = 100n

/** The points that a purchase earns, rounded down. */
export function pointsFor(spendFen: bigint, { pointsPerYuan }: PointsProgramme): bigint {
  const denominator = pointsPerYuan.denominator * FEN_PER_YUAN
  return multiply(spendFen, { numerator: pointsPerYuan.numerator, denominator }).whole
}

/** The last day of points of a programme that are issued on a date. */
export function expiryOf(
  { expiresAfterMonths }: Pick<PointsProgramme, 'expiresAfterMonths'>,
  today: BusinessDate,
): BusinessDate {
  return expiresAfterMonths === null ? NEVER : endOfMonth(today, expiresAfterMonths)
}
