import {
  agreementScope,
  execute,
  missingSignatory,
  unmetCondition,
} from '../agreement-execution.ts'
import { checkOpen, withOracle } from '../agreement-state.ts'
import { refuse } from '../errors.ts'
import { agreementKey } from '../keys.ts'
import { defineRule } from '../rule.ts'

/** Carries out an agreement that all have signed, once its conditions are met. Anyone may. */
export const executeAgreement = defineRule({
  type: 'ExecuteAgreement',
  ...agreementScope,
  clears: true,
  decide(command, state, context) {
    const { agreement: id } = command.body
    const found = state.get(agreementKey(id))
    if (found === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const refusal = checkOpen(command.body, found, context)
    if (refusal !== undefined) return refusal
    const agreement = withOracle(command, found, context)
    if (!agreement.ok) return agreement
    const missing = missingSignatory(found)
    if (missing !== undefined) return refuse('SIGNATURES_MISSING', { id, of: missing })
    const unmet = unmetCondition(agreement.value, state, context)
    if (unmet !== undefined) return refuse('CONDITION_UNMET', { id, condition: unmet })
    return execute(id, agreement.value, state, context)
  },
})
