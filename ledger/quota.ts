import type { StateView } from './batch-state.ts'
import type { LedgerErrorCode, Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { OrganisationId } from './identifiers.ts'
import { quotaLaneKey } from './keys.ts'
import type { DecisionContext, RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** What is drawn from a bound, and the code that says for good that there is no more of it. */
export interface QuotaDraw {
  readonly bound: string
  readonly organisation: OrganisationId
  readonly amount: bigint
  readonly exhausted: LedgerErrorCode
}

/** A lane after a draw. */
export interface DrawnQuota {
  readonly ok: true
  readonly write: RecordWrite
}

/**
 * Draws from an organisation's quota lane in which the command is submitted. The refusal is final
 * only when even the pool, which never gains, did not hold what the lane is short of.
 */
export function drawQuota(
  { bound, organisation, amount, exhausted }: QuotaDraw,
  state: StateView,
  context: DecisionContext,
): DrawnQuota | Refusal {
  const key = quotaLaneKey(bound, organisation, context.lane)
  const lane = state.get(key) ?? { left: 0n }
  if (lane.left >= amount) {
    return { ok: true, write: write(key, { ...lane, left: lane.left - amount }) }
  }
  const shortage = amount - lane.left
  const isBeyondPool = lane.poolLeft !== undefined && lane.poolLeft < shortage
  const detail = { asset: bound, needed: String(shortage) }
  return refuse(isBeyondPool ? exhausted : 'QUOTA_REFILL', detail)
}
