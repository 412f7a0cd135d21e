import { Type } from 'typebox'
import { actsAs, staffSigners } from '../authority.ts'
import { refuse } from '../errors.ts'
import { reconciliationKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import { positionId } from '../settlement.ts'
import { HashText, RECONCILED } from '../statement.ts'

/**
 * Finance of both of a pair put their names to the result of a reconciliation: how many lines are
 * breaks between them, and the root of those. Statements that match have none.
 */
export const signReconciliation = defineRule({
  type: 'SignReconciliation',
  body: Type.Object(
    {
      ...RECONCILED,
      breaks: Type.String({ pattern: '^(0|[1-9][0-9]{0,15})$', examples: ['3'] }),
      root: HashText,
    },
    { additionalProperties: false },
  ),
  subjects: ({ organisation, counterparty, cycle }) => [
    reconciliationKey(positionId(organisation, counterparty, cycle)),
  ],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { organisation, counterparty, cycle, breaks, root } = command.body
    const id = positionId(organisation, counterparty, cycle)
    const reconciliation = state.get(reconciliationKey(id))
    if (reconciliation === undefined) {
      return refuse('CONTRACT_UNKNOWN', { kind: 'reconciliation', id })
    }
    const pair = [organisation, counterparty]
    const missing = pair.find((one) => staffSigners(context, one, 'finance').length === 0)
    if (missing !== undefined) return refuse('APPROVALS_MISSING', { organisation: missing })
    const isOfPair = pair.some((one) => actsAs(command, context, one, 'finance'))
    if (!isOfPair) return refuse('NOT_AUTHORISED')
    const { status } = reconciliation
    if (['committing', 'revealing', 'lapsed'].includes(status)) {
      return refuse('STATEMENT_MISSING', { id })
    }
    if (status === 'agreed') return refuse('RECONCILIATION_STANDS', { status })
    if ((status === 'matched') !== (breaks === '0')) return refuse('BREAKS_DIFFER', { status })

    // From here it must succeed.
    const { dueOn: _dueOn, ...ended } = reconciliation
    return accept([
      write(reconciliationKey(id), { ...ended, status: 'agreed', result: { breaks, root } }),
    ])
  },
})
