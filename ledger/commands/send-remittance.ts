import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { ReferenceText } from '../identifiers.ts'
import { paymentKey } from '../keys.ts'
import { PAYMENT_SCOPE } from '../payment-scope.ts'
import { accept, defineRule, write } from '../rule.ts'
import { sentPostings } from '../settlement-entries.ts'
import { PaymentIdText, unsentFen } from '../settlement.ts'

/**
 * The debtor of a payment has sent all of it or a part, under the bank's reference. From then on the
 * amount is in transit until the creditor confirms it.
 */
export const sendRemittance = defineRule({
  type: 'SendRemittance',
  body: Type.Object(
    { payment: PaymentIdText, reference: ReferenceText, fen: PositiveAmount },
    { additionalProperties: false },
  ),
  ...PAYMENT_SCOPE,
  decide(command, state, context) {
    const { payment: id, reference } = command.body
    const fen = BigInt(command.body.fen)
    const payment = state.get(paymentKey(id))
    if (payment === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'payment', id })
    if (!actsAs(command, context, payment.debtor, 'finance')) return refuse('NOT_AUTHORISED')
    if (payment.status !== 'open') return refuse('PAYMENT_CLOSED', { status: payment.status })
    if (payment.remittances.some((earlier) => earlier.reference === reference)) {
      return refuse('REMITTANCE_EXISTS', { reference })
    }
    const left = unsentFen(payment)
    if (fen > left) return refuse('REMITTANCE_EXCEEDS', { left: String(left) })

    // From here it must succeed.
    const remittances = [...payment.remittances, { reference, fen, receivedFen: 0n }]
    return accept([write(paymentKey(id), { ...payment, remittances })], {
      postings: sentPostings({ ...payment, fen }),
      references: { payment: id, reference },
    })
  },
})
