import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { earlierDate, isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { ContractIdText } from '../identifiers.ts'
import { rateKey } from '../keys.ts'
import { issuersOfRate } from '../rate.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Either issuer ends a rate, of which today is then the last day: what was quoted today holds. Once
 * the last day of a rate is over, anyone may put it away.
 */
export const closeRate = defineRule({
  type: 'CloseRate',
  body: Type.Object({ rate: ContractIdText }, { additionalProperties: false }),
  subjects: ({ rate }) => [rateKey(rate)],
  home: () => undefined,
  debits: () => [],
  reads: () => [],
  decide(command, state, context) {
    const { rate: id } = command.body
    const today = context.ledger.cycle.date
    const key = rateKey(id)
    const rate = state.get(key)
    if (rate === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'rate', id })
    if (rate.status === 'closed') return refuse('RATE_OVER', { id })
    if (isPastDate(rate, today)) return accept([write(key, { ...rate, status: 'closed' })])
    const isIssuer = issuersOfRate(rate).some((issuer) =>
      (['issuer', 'finance'] as const).some((role) => actsAs(command, context, issuer, role)),
    )
    if (!isIssuer) return refuse('NOT_AUTHORISED')
    const validUntil = earlierDate(today, rate.validUntil)
    return accept([write(key, { ...rate, validUntil, dueOn: validUntil })])
  },
})
