import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { refuse } from '../errors.ts'
import { PointsAssetIdText } from '../identifiers.ts'
import { programmeKey, quotaLaneKey, quotaPoolKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Moves quota from a budget's pool into the lane in which the command is submitted, as much as is
 * left up to `amount`. Merely due, so any identity of an organisation that may award the points.
 */
export const refillQuota = defineRule({
  type: 'RefillQuota',
  body: Type.Object(
    { asset: PointsAssetIdText, amount: PositiveAmount },
    { additionalProperties: false },
  ),
  asset: ({ asset }) => asset,
  debits: () => [],
  reads: ({ body }, _programme, { organisation, lane }) => [
    quotaPoolKey(body.asset),
    quotaLaneKey(body.asset, organisation, lane),
  ],
  decide(command, state, context) {
    const { asset } = command.body
    const programme = state.get(programmeKey(asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const { organisation } = context.caller
    const mayAward = [programme.issuer, ...programme.partners].includes(organisation)
    if (command.actor !== organisation || !mayAward) return refuse('NOT_AUTHORISED')
    const pool = state.get(quotaPoolKey(asset))?.left ?? 0n
    const laneKey = quotaLaneKey(asset, organisation, context.lane)
    const lane = state.get(laneKey)?.left ?? 0n
    const asked = BigInt(command.body.amount)
    const moved = pool < asked ? pool : asked
    const exhausted = pool === moved
    return accept([
      write(quotaPoolKey(asset), { left: pool - moved, exhausted }),
      write(laneKey, { left: lane + moved, exhausted }),
    ])
  },
})
