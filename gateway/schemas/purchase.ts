import { Type } from 'typebox'
import { Amount } from './read-response.ts'

const Refunded = Type.String({ pattern: '^[0-9]+$', description: 'what of it was given back' })

/** The fields of a purchase as the API answers them, besides those of every contract. */
export const purchaseFields = {
  account: Type.String({ description: 'the account that pays' }),
  acceptor: Type.String({ description: 'the organisation that is paid' }),
  store: Type.String(),
  order: Type.String(),
  amountFen: Amount,
  paidFen: Type.String({ description: 'what coupons and points pay together' }),
  usedOn: Type.String({ description: 'the business date on which its coupons count as used' }),
  coupons: Type.Array(
    Type.Object({
      series: Type.String(),
      serial: Type.String(),
      amount: Type.String({ description: 'what of it is used, in the unit of its series' }),
      fen: Type.String({ description: 'what it pays' }),
      refunded: Refunded,
    }),
  ),
  points: Type.Array(
    Type.Object({
      asset: Type.String(),
      lots: Type.Array(Type.Object({ expires: Type.String(), amount: Amount })),
      fen: Type.String({ description: 'what they pay' }),
      refunded: Refunded,
    }),
  ),
}
