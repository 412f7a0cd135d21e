import { Type } from 'typebox'
import { actsAs } from '../authority.ts'
import { refuse } from '../errors.ts'
import { ReferenceText } from '../identifiers.ts'
import { paymentKey } from '../keys.ts'
import { PAYMENT_SCOPE } from '../payment-scope.ts'
import { accept, defineRule, write } from '../rule.ts'
import { sentPostings } from '../settlement-entries.ts'
import { PaymentIdText } from '../settlement.ts'
import { reversePostings } from '../posting.ts'

/**
 * The debtor takes back what of a remittance was not received: it came back from the bank, or was
 * told wrongly. It is then to be paid again, and is due for carrying over as before.
 */
export const withdrawRemittance = defineRule({
  type: 'WithdrawRemittance',
  body: Type.Object(
    { payment: PaymentIdText, reference: ReferenceText },
    { additionalProperties: false },
  ),
  ...PAYMENT_SCOPE,
  decide(command, state, context) {
    const { payment: id, reference } = command.body
    const payment = state.get(paymentKey(id))
    if (payment === undefined) return refuse('CONTRACT_UNKNOWN', { kind: 'payment', id })
    if (!actsAs(command, context, payment.debtor, 'finance')) return refuse('NOT_AUTHORISED')
    const sent = payment.remittances.find((one) => one.reference === reference)
    if (sent === undefined) return refuse('REMITTANCE_UNKNOWN', { reference })
    const fen = sent.fen - sent.receivedFen
    if (fen === 0n) return refuse('REMITTANCE_RECEIVED', { reference })

    // From here it must succeed.
    const remittances = payment.remittances.map((one) =>
      one === sent ? { ...sent, fen: sent.receivedFen } : one,
    )
    const dueOn = payment.dueOn ?? context.ledger.cycle.date
    return accept([write(paymentKey(id), { ...payment, dueOn, remittances })], {
      postings: reversePostings(sentPostings({ ...payment, fen })),
      references: { payment: id, reference },
    })
  },
})
