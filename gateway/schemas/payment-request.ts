import { Type } from 'typebox'
import { BasketText } from '../../ledger/index.ts'

/** What the record of a request to pay says besides what all contracts do. */
export const paymentRequestFields = {
  to: Type.String({ description: 'the account that asks' }),
  payee: Type.String({ description: 'its owner' }),
  from: Type.String({ description: 'the account that is asked' }),
  payer: Type.String({ description: 'its owner' }),
  asks: BasketText,
  note: Type.Optional(Type.String()),
}
