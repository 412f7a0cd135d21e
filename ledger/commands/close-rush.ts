import { Type } from 'typebox'
import type { StateView } from '../batch-state.ts'
import { refuse } from '../errors.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { quotaLaneKey, quotaPoolKey, rushKey } from '../keys.ts'
import { LANES } from '../lanes.ts'
import type { QuotaLane } from '../records.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Ends a rush of which the last day is over. What nobody claimed goes to a lane of the issuer's, to
 * be issued within the budget of the series. Merely due, so anyone may do it.
 */
export const closeRush = defineRule({
  type: 'CloseRush',
  body: Type.Object({ rush: ContractIdText }, { additionalProperties: false }),
  subjects: ({ rush }) => [rushKey(rush)],
  home: () => undefined,
  debits: () => [],
  reads({ body: { rush } }, { lane }, subject) {
    const series = subject(rushKey(rush))?.series
    const own = [quotaPoolKey(rush), ...laneKeys(rush)]
    return series === undefined ? own : [...own, quotaLaneKey(series, organisationOf(rush), lane)]
  },
  decide(command, state, context) {
    const { rush: id } = command.body
    const rush = state.get(rushKey(id))
    if (rush === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'rush', id })
    if (rush.status !== 'open') return refuse('RUSH_OVER', { rush: id })
    if (context.ledger.cycle.date <= rush.dueOn) return refuse('NOT_DUE', { until: rush.dueOn })

    // From here it must succeed.
    const lanes = filledLanes(id, state)
    const pool = state.get(quotaPoolKey(id))?.left ?? 0n
    const left = lanes.reduce((sum, lane) => sum + lane.left, pool)
    const laneKey = quotaLaneKey(rush.series, organisationOf(id), context.lane)
    const lane = state.get(laneKey) ?? { left: 0n }
    return accept([
      write(rushKey(id), { ...rush, status: 'closed' }),
      write(quotaPoolKey(id), { left: 0n }),
      ...lanes.map(({ key }) => write(key, { left: 0n, poolLeft: 0n })),
      write(laneKey, { ...lane, left: lane.left + left }),
    ])
  },
})

/** The lanes of the only organisation that draws from a rush. */
function laneKeys(rush: string): Key<QuotaLane>[] {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane)
  return lanes.map((lane) => quotaLaneKey(rush, organisationOf(rush), lane))
}

function filledLanes(
  rush: string,
  state: StateView,
): { readonly key: Key<QuotaLane>; readonly left: bigint }[] {
  return laneKeys(rush).flatMap((key) => {
    const left = state.get(key)?.left ?? 0n
    return left > 0n ? [{ key, left }] : []
  })
}
