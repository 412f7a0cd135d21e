import { Type } from 'typebox'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import { paymentKey } from '../keys.ts'
import { PAYMENT_SCOPE } from '../payment-scope.ts'
import type { Acceptance } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import { carriedPostings } from '../settlement-entries.ts'
import type { Payment } from '../settlement.ts'
import { paidOf, PaymentIdText } from '../settlement.ts'

/**
 * What of a payment was not even sent when its days of grace are over goes back into clearing, in
 * the cycle that is open, and so into the next settlement. Merely due, so anyone may do it. What is
 * in transit stays so.
 */
export const carryOverPayment = defineRule({
  type: 'CarryOverPayment',
  body: Type.Object({ payment: PaymentIdText }, { additionalProperties: false }),
  ...PAYMENT_SCOPE,
  decide(command, state, context) {
    const { payment: id } = command.body
    const payment = state.get(paymentKey(id))
    if (payment === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'payment', id })
    if (payment.status !== 'open') return refuse('PAYMENT_CLOSED', { status: payment.status })
    if (!isPastDate(payment, context.ledger.cycle.date)) return refuse('NOT_DUE')

    // From here it must succeed.
    return carriedOver(id, payment, context.cycle)
  },
})

function carriedOver(id: string, payment: Payment, cycle: string): Acceptance {
  const { sentFen, receivedFen } = paidOf(payment)
  const { dueOn: _dueOn, ...undated } = payment
  const unpaid = payment.fen - sentFen
  const carriedFen = payment.carriedFen + unpaid
  const status = sentFen === receivedFen ? 'carried' : 'open'
  const carried: Payment = { ...undated, status, fen: sentFen, carriedFen }
  const writes = [write(paymentKey(id), carried)]
  if (unpaid === 0n) return accept(writes)
  return accept(writes, {
    postings: carriedPostings({ ...payment, fen: unpaid }, cycle),
    references: { payment: id, carriedFrom: payment.cycle },
  })
}
