import { Type } from 'typebox'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { ContractIdText } from '../identifiers.ts'
import { requestKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Who was asked declines, or who asked takes it back. Once the last day of a request is over, anyone
 * may put it away.
 */
export const declineRequest = defineRule({
  type: 'DeclineRequest',
  body: Type.Object({ request: ContractIdText }, { additionalProperties: false }),
  subjects: ({ request }) => [requestKey(request)],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { request: id } = command.body
    const key = requestKey(id)
    const request = state.get(key)
    if (request === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    const { status, payer, payee } = request
    const isOver = isPastDate(request, context.ledger.cycle.date)
    const isParty = command.actor === payer || command.actor === payee
    if (!isOver && !isParty) return refuse('NOT_AUTHORISED')
    if (status !== 'open') return refuse('REQUEST_CLOSED', { id, status })
    const end = command.actor === payer ? 'declined' : 'cancelled'
    return accept([write(key, { ...request, status: isOver ? 'lapsed' : end })])
  },
})
