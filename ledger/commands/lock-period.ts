import { Type } from 'typebox'
import { staffSigners } from '../authority.ts'
import { BusinessDateText } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { organisationOf } from '../identifiers.ts'
import { periodLockKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Two finance staff of an organisation close its books up to a day that is over: no adjustment with
 * it belongs to a day so far back any more. A lock only moves on.
 */
export const lockPeriod = defineRule({
  type: 'LockPeriod',
  body: Type.Object({ until: BusinessDateText }, { additionalProperties: false }),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ actor }) => [periodLockKey(organisationOf(actor))],
  decide(command, state, context) {
    const { until } = command.body
    const organisation = organisationOf(command.actor)
    const finance = staffSigners(context, organisation, 'finance')
    if (!finance.some(({ actor }) => actor.id === command.actor)) return refuse('NOT_AUTHORISED')
    if (finance.length < 2) return refuse('APPROVALS_MISSING', { organisation })
    const businessDate = context.ledger.cycle.date
    if (until >= businessDate) return refuse('PERIOD_AHEAD', { businessDate })
    const earlier = state.get(periodLockKey(organisation))?.until ?? ''
    if (until <= earlier) return refuse('PERIOD_LOCKED', { organisation, until: earlier })
    return accept([write(periodLockKey(organisation), { until })])
  },
})
