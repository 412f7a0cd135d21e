import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { refuse } from '../errors.ts'
import { QuotaBoundText } from '../identifiers.ts'
import { quotaLaneKey, quotaPoolKey } from '../keys.ts'
import { boundTerms, quotaBound } from '../quota-bound.ts'
import type { RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Moves quota from a bound's pool into the lane in which the command is submitted: up to `amount`
 * and no less than `needed`, or nothing where the pool does not hold that, so that a command that
 * cannot be served takes nothing from those that can. The lane then knows what the pool holds.
 * Merely due, so any identity of an organisation that may draw on it.
 */
export const refillQuota = defineRule({
  type: 'RefillQuota',
  body: Type.Object(
    {
      asset: QuotaBoundText,
      needed: PositiveAmount,
      amount: PositiveAmount,
    },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [boundTerms(asset)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }, { organisation, lane }) => [
    quotaPoolKey(body.asset),
    quotaLaneKey(body.asset, organisation, lane),
  ],
  decide(command, state, context) {
    const { asset, needed, amount } = command.body
    const bound = quotaBound(asset, state, context)
    if (bound === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const { organisation } = context.caller
    if (command.actor !== organisation || !bound.isOpenTo(organisation)) {
      return refuse('NOT_AUTHORISED')
    }
    const pool = state.get(quotaPoolKey(asset))?.left ?? bound.untouched
    const laneKey = quotaLaneKey(asset, organisation, context.lane)
    const lane = state.get(laneKey)?.left ?? 0n
    const moved = quotaMoved(pool, BigInt(needed), BigInt(amount))
    const poolLeft = pool - moved
    const writes: RecordWrite[] = [write(laneKey, { left: lane + moved, poolLeft })]
    if (moved > 0n) writes.push(write(quotaPoolKey(asset), { left: poolLeft }))
    return accept(writes)
  },
})

function quotaMoved(pool: bigint, needed: bigint, amount: bigint): bigint {
  if (pool < needed) return 0n
  const wanted = amount < needed ? needed : amount
  return pool < wanted ? pool : wanted
}
