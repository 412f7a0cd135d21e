import type { StateView } from './batch-state.ts'
import type { BusinessDate } from './business-date.ts'
import type { LedgerErrorCode, Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AssetId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { lotTotals } from './lot.ts'
import type { Account } from './records.ts'
import type { DecisionContext } from './rule.ts'

/**
 * The refusal of a debit that a holding does not cover. It hangs on the credits that the submitter
 * names, so it is final only when they are all there are and the account's home submits: nobody
 * else can have a member's payment refused for ever by keeping his credits back.
 */
export function refuseShort(
  code: LedgerErrorCode,
  { id, home }: Account,
  asset: AssetId,
  state: StateView,
  context: DecisionContext,
): Refusal {
  if (!state.isFoldComplete(id, asset)) return refuse('FOLD_INCOMPLETE', { account: id, asset })
  if (context.caller.organisation === home) return refuse(code, { asset })
  return refuse('SHORT_AWAY_FROM_HOME', { asset, home })
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
