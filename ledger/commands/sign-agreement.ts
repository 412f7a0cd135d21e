import type { Signatory } from '../agreement.ts'
import { nameOf } from '../agreement.ts'
import {
  agreementScope,
  execute,
  missingSignatory,
  unmetCondition,
} from '../agreement-execution.ts'
import { checkOpen, withOracle } from '../agreement-state.ts'
import { actsAs } from '../authority.ts'
import type { Command } from '../command.ts'
import { refuse } from '../errors.ts'
import { agreementKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * One who would lose by an agreement signs its whole terms. The last signature executes it, if its
 * conditions are met by then; else ExecuteAgreement does.
 */
export const signAgreement = defineRule({
  type: 'SignAgreement',
  ...agreementScope,
  clears: true,
  decide(command, state, context) {
    const { agreement: id } = command.body
    const found = state.get(agreementKey(id))
    if (found === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const own = found.signatories.filter((signatory) => speaksFor(signatory, command, context))
    if (own.length === 0) return refuse('NOT_AUTHORISED')
    const refusal = checkOpen(command.body, found, context)
    if (refusal !== undefined) return refusal
    const signed = [...new Set([...found.signed, ...own.map(nameOf)])]
    if (signed.length === found.signed.length) return refuse('ALREADY_SIGNED')
    const agreement = withOracle(command, { ...found, signed }, context)
    if (!agreement.ok) return agreement
    const { value } = agreement
    const isWaiting =
      missingSignatory(value) !== undefined || unmetCondition(value, state, context) !== undefined
    if (isWaiting) return accept([write(agreementKey(id), value)])
    return execute(id, value, state, context)
  },
})

function speaksFor(
  signatory: Signatory,
  command: Command<object>,
  context: DecisionContext,
): boolean {
  if ('owner' in signatory) return signatory.owner === command.actor
  return actsAs(command, context, signatory.organisation, 'finance')
}
