import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { ContractIdText } from '../identifiers.ts'
import { agreementKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * A party takes an agreement back, its own signature and everybody else's, as long as it has not been
 * executed. Once its last day is over, anyone may put it away.
 */
export const withdrawAgreement = defineRule({
  type: 'WithdrawAgreement',
  body: Type.Object({ agreement: ContractIdText }, { additionalProperties: false }),
  subjects: ({ agreement }) => [agreementKey(agreement)],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { agreement: id } = command.body
    const key = agreementKey(id)
    const agreement = state.get(key)
    if (agreement === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const { status, parties, people } = agreement
    const isOver = isPastDate(agreement, context.ledger.cycle.date)
    const isParty =
      people.includes(command.actor) ||
      parties.some((party) => actsAs(command, context, party, 'finance'))
    if (!isOver && !isParty) return refuse('NOT_AUTHORISED')
    if (status !== 'open') return refuse('AGREEMENT_CLOSED', { id, status })
    return accept([write(key, { ...agreement, status: isOver ? 'lapsed' : 'withdrawn' })])
  },
})
