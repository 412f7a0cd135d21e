import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import type { StateView } from '../batch-state.ts'
import { refuse } from '../errors.ts'
import type { AssetId, OrganisationId } from '../identifiers.ts'
import { IssuedAssetIdText, isSeries } from '../identifiers.ts'
import { programmeKey, quotaLaneKey, quotaPoolKey, seriesKey } from '../keys.ts'
import type { RecordWrite } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Moves quota from a budget's pool into the lane in which the command is submitted: up to `amount`
 * and no less than `needed`, or nothing where the pool does not hold that, so that a command that
 * cannot be served takes nothing from those that can. The lane then knows what the pool holds.
 * Merely due, so any identity of an organisation that may issue the asset.
 */
export const refillQuota = defineRule({
  type: 'RefillQuota',
  body: Type.Object(
    { asset: IssuedAssetIdText, needed: PositiveAmount, amount: PositiveAmount },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [isSeries(asset) ? seriesKey(asset) : programmeKey(asset)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }, { organisation, lane }) => [
    quotaPoolKey(body.asset),
    quotaLaneKey(body.asset, organisation, lane),
  ],
  decide(command, state, context) {
    const { asset, needed, amount } = command.body
    const issuers = issuersOf(asset, state)
    if (issuers === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const { organisation } = context.caller
    if (command.actor !== organisation || !issuers.includes(organisation)) {
      return refuse('NOT_AUTHORISED')
    }
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

/** Who may issue an asset from its budget; undefined when there is no such asset. */
function issuersOf(asset: AssetId, state: StateView): readonly OrganisationId[] | undefined {
  if (isSeries(asset)) {
    const series = state.get(seriesKey(asset))
    return series && [series.issuer]
  }
  const programme = state.get(programmeKey(asset))
  return programme && [programme.issuer, ...programme.partners]
}

function quotaMoved(pool: bigint, needed: bigint, amount: bigint): bigint {
  if (pool < needed) return 0n
  const wanted = amount < needed ? needed : amount
  return pool < wanted ? pool : wanted
}
