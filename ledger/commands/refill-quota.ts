import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { refuse } from '../errors.ts'
import { PointsAssetIdText } from '../identifiers.ts'
import { programmeKey, quotaLaneKey, quotaPoolKey } from '../keys.ts'
import type { RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Moves quota from a budget's pool into the lane in which the command is submitted: up to `amount`
 * and no less than `needed`, or nothing where the pool does not hold that, so that a command that
 * cannot be served takes nothing from those that can. The lane then knows what the pool holds.
 * Merely due, so any identity of an organisation that may award the points.
 */
export const refillQuota = defineRule({
  type: 'RefillQuota',
  body: Type.Object(
    { asset: PointsAssetIdText, needed: PositiveAmount, amount: PositiveAmount },
    { additionalProperties: false },
  ),
  asset: ({ asset }) => asset,
  home: () => undefined,
  debits: () => [],
  reads: ({ body }, _programme, { organisation, lane }) => [
    quotaPoolKey(body.asset),
    quotaLaneKey(body.asset, organisation, lane),
  ],
  decide(command, state, context) {
    const { asset, needed, amount } = command.body
    const programme = state.get(programmeKey(asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const { organisation } = context.caller
    const mayAward = [programme.issuer, ...programme.partners].includes(organisation)
    if (command.actor !== organisation || !mayAward) return refuse('NOT_AUTHORISED')
    const pool = state.get(quotaPoolKey(asset))?.left ?? 0n
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
