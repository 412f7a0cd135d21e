import type { Static } from 'typebox'
import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { addDays, isPastCycle } from '../business-date.ts'
import { refuse } from '../errors.ts'
import { organisationKey, reconciliationKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import { positionId } from '../settlement.ts'
import type { Reconciliation } from '../statement.ts'
import { HashText, RECONCILED, ROUND_DAYS } from '../statement.ts'

const Body = Type.Object({ ...RECONCILED, commitment: HashText }, { additionalProperties: false })

/**
 * One of a pair commits to its statement of a cycle, without showing it. Once both have, each must
 * show what it committed to. A round that lapsed, or in which the statements differed, is begun
 * again by this.
 */
export const commitStatement = defineRule({
  type: 'CommitStatement',
  body: Body,
  subjects: (body) => [keyOf(body)],
  home: () => undefined,
  debits: () => [],
  reads: ({ body: { organisation, counterparty } }) => [
    organisationKey(organisation),
    organisationKey(counterparty),
  ],
  decide(command, state, context) {
    const { body } = command
    const { organisation, counterparty, cycle, commitment } = body
    const unknown = [organisation, counterparty].find(
      (id) => state.get(organisationKey(id)) === undefined,
    )
    if (unknown !== undefined) return refuse('ORGANISATION_UNKNOWN', { id: unknown })
    if (organisation === counterparty) return refuse('SAME_ORGANISATION')
    if (!actsAs(command, context, organisation, 'finance')) return refuse('NOT_AUTHORISED')
    const { cycle: now } = context.ledger
    if (!isPastCycle(cycle, now)) return refuse('CYCLE_OPEN', { cycle })
    const round = roundOf(body, state.get(keyOf(body)))
    const { status, statements } = round
    if (status !== 'committing') return refuse('RECONCILIATION_STANDS', { status })
    if (statements.some((one) => one.organisation === organisation)) {
      return refuse('STATEMENT_COMMITTED', { organisation })
    }

    // From here it must succeed.
    const both = [...statements, { organisation, commitment }]
    return accept([
      write(keyOf(body), {
        ...round,
        status: both.length === 2 ? 'revealing' : 'committing',
        dueOn: addDays(now.date, ROUND_DAYS),
        statements: both,
      }),
    ])
  },
})

function keyOf({ organisation, counterparty, cycle }: Static<typeof Body>) {
  return reconciliationKey(positionId(organisation, counterparty, cycle))
}

/** The round that a commitment belongs to: the one that is open, or a new one. */
function roundOf(
  { organisation, counterparty, cycle }: Static<typeof Body>,
  earlier: Reconciliation | undefined,
): Reconciliation {
  const mayBegin =
    earlier === undefined || ['lapsed', 'differing', 'disputed'].includes(earlier.status)
  if (!mayBegin) return earlier
  return {
    status: 'committing',
    parties: [organisation, counterparty].sort(),
    keeps: [],
    cycle,
    round: (earlier?.round ?? 0) + 1,
    statements: [],
  }
}
