import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { ReferenceText } from '../identifiers.ts'
import { paymentKey } from '../keys.ts'
import { PAYMENT_SCOPE } from '../payment-scope.ts'
import { accept, defineRule, write } from '../rule.ts'
import { receivedPostings } from '../settlement-entries.ts'
import type { Payment } from '../settlement.ts'
import { paidOf, PaymentIdText } from '../settlement.ts'

/**
 * The creditor of a payment has received so much of a remittance. Less than was sent leaves a break
 * that everybody sees, until the rest comes in or the debtor withdraws it.
 */
export const confirmRemittance = defineRule({
  type: 'ConfirmRemittance',
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
    if (!actsAs(command, context, payment.creditor, 'finance')) return refuse('NOT_AUTHORISED')
    const sent = payment.remittances.find((one) => one.reference === reference)
    if (sent === undefined) return refuse('REMITTANCE_UNKNOWN', { reference })
    const left = sent.fen - sent.receivedFen
    if (fen > left) return refuse('RECEIPT_EXCEEDS', { left: String(left) })

    // From here it must succeed.
    const remittances = payment.remittances.map((one) =>
      one === sent ? { ...sent, receivedFen: sent.receivedFen + fen } : one,
    )
    return accept([write(paymentKey(id), afterReceipt({ ...payment, remittances }))], {
      postings: receivedPostings({ ...payment, fen }),
      references: { payment: id, reference },
    })
  },
})

/** A payment comes to its end when all of it that was not carried over has been received. */
function afterReceipt(payment: Payment): Payment {
  if (paidOf(payment).receivedFen < payment.fen) return payment
  const { dueOn: _dueOn, ...ended } = payment
  return { ...ended, status: payment.carriedFen > 0n ? 'carried' : 'settled' }
}
