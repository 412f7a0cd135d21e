import { Type } from 'typebox'
import { Amount } from './read-response.ts'

/** The fields of a gift as the API answers them, besides those of every contract. */
export const giftFields = {
  from: Type.String(),
  linkKey: Type.String({ description: 'the public key of which the link has the private one' }),
  note: Type.Optional(Type.String()),
  recipient: Type.Optional(
    Type.String({ description: "commitment to the last digits of the recipient's number" }),
  ),
  shares: Type.Optional(
    Type.Object({
      count: Type.Integer(),
      split: Type.Object({ kind: Type.String(), commitment: Type.Optional(Type.String()) }),
    }),
  ),
  claims: Type.Array(
    Type.Object({
      to: Type.String(),
      amount: Type.Optional(Amount),
    }),
  ),
}
