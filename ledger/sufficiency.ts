import type { BusinessDate } from './business-date.ts'
import type { ErrorDetail, LedgerErrorCode, Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { Lot } from './lot.ts'
import { lotTotals } from './lot.ts'
import type { Account } from './records.ts'
import type { DecisionContext } from './rule.ts'

/**
 * The refusal of a debit that a holding does not cover. It hangs on the credits that the submitter
 * names, so it is final only when the account's home submits: nobody else can have a member's
 * payment refused for ever by keeping his credits back.
 */
export function refuseShort(
  code: LedgerErrorCode,
  { home }: Account,
  context: DecisionContext,
  detail: ErrorDetail,
): Refusal {
  if (context.caller.organisation === home) return refuse(code, detail)
  return refuse('SHORT_AWAY_FROM_HOME', { ...detail, home })
}

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
