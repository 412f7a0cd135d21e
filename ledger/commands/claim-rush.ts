import type { Static } from 'typebox'
import { Type } from 'typebox'
import type { StateView } from '../batch-state.ts'
import type { Command } from '../command.ts'
import { issueKeys, issueWithin } from '../coupon-issue.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, ContractIdText, organisationOf, SeriesIdText } from '../identifiers.ts'
import { accountKey, quotaLaneKey, rushCountKey, rushKey, seriesKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { rushSerial } from '../rush.ts'

const Body = Type.Object(
  { rush: ContractIdText, series: SeriesIdText, to: AccountIdText },
  { additionalProperties: false },
)

/**
 * A member claims a coupon in a rush. It touches the account's own keys and one quota lane, nothing
 * that the crowd shares.
 */
export const claimRush = defineRule({
  type: 'ClaimRush',
  body: Body,
  subjects: ({ rush, series }) => [rushKey(rush), seriesKey(series)],
  home: ({ rush }) => organisationOf(rush),
  debits: () => [],
  reads({ actor, id, body: { rush, series, to } }, { lane, sha256 }) {
    const serial = rushSerial({ actor, id }, sha256)
    return [
      accountKey(to),
      rushCountKey(rush, to),
      quotaLaneKey(rush, organisationOf(rush), lane),
      ...issueKeys(series, to, [serial]),
    ]
  },
  decide(command, state, context) {
    const { rush, to } = command.body
    const issuer = organisationOf(rush)
    // First of all: the lane is the issuer's, so under another nothing may be refused for good.
    if (context.caller.organisation !== issuer) return refuse('ISSUER_MUST_SUBMIT', { issuer })
    const refusal = refuseClaim(command, state, context)
    if (refusal !== undefined) return refusal
    const series = state.get(seriesKey(command.body.series))
    if (series === undefined) throw new Error(`a rush without its series: ${rush}`)
    const serials = [rushSerial(command, context.sha256)]
    const bound = { bound: rush, exhausted: 'RUSH_OVER' } as const
    const issued = issueWithin({ series, to, serials }, bound, state, context)
    if (!issued.ok) return issued

    // From here it must succeed.
    const count = (state.get(rushCountKey(rush, to))?.count ?? 0) + 1
    const claimed = write(rushCountKey(rush, to), { count })
    const { postings } = issued.entry
    return accept([claimed, ...issued.writes], { postings, references: { rush } })
  },
})

function refuseClaim(
  { actor, body }: Command<Static<typeof Body>>,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { rush: id, series, to } = body
  const rush = state.get(rushKey(id))
  if (rush === undefined || rush.series !== series) {
    return refuse('CONTRACT_UNKNOWN', { kind: 'rush', id })
  }
  const account = state.get(accountKey(to))
  if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
  if (account.owner !== actor) return refuse('NOT_AUTHORISED')
  const today = context.ledger.cycle.date
  if (today < rush.from) return refuse('RUSH_NOT_YET', { rush: id, from: rush.from })
  if (today > rush.dueOn) return refuse('RUSH_OVER', { rush: id, until: rush.dueOn })
  const count = state.get(rushCountKey(id, to))?.count ?? 0
  return count < rush.perMember ? undefined : refuse('RUSH_CLAIMED', { rush: id, account: to })
}
