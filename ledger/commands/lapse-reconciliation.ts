import { Type } from 'typebox'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { reconciliationKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'
import { positionId } from '../settlement.ts'
import { RECONCILED } from '../statement.ts'

/**
 * A round of a reconciliation that did not get on by its day ends: lapsed when a statement is
 * missing, so that it can be begun again; disputed when both are known and nobody has signed the
 * result. Merely due, so anyone may say so; the record shows who has done his part.
 */
export const lapseReconciliation = defineRule({
  type: 'LapseReconciliation',
  body: Type.Object(RECONCILED, { additionalProperties: false }),
  subjects: ({ organisation, counterparty, cycle }) => [
    reconciliationKey(positionId(organisation, counterparty, cycle)),
  ],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { organisation, counterparty, cycle } = command.body
    const id = positionId(organisation, counterparty, cycle)
    const reconciliation = state.get(reconciliationKey(id))
    if (reconciliation === undefined) {
      return refuse('CONTRACT_UNKNOWN', { kind: 'reconciliation', id })
    }
    if (!isPastDate(reconciliation, context.ledger.cycle.date)) return refuse('NOT_DUE')
    const { dueOn: _dueOn, ...ended } = reconciliation
    const isMissing = ['committing', 'revealing'].includes(reconciliation.status)
    const status = isMissing ? 'lapsed' : 'disputed'
    return accept([write(reconciliationKey(id), { ...ended, status })])
  },
})
