import { Type } from 'typebox'
import { ORDER_FACTS, OrganisationIdText } from '../../ledger/index.ts'
import { Amount } from './read-response.ts'

/** What a quote is asked for: an order, without anything that makes it one. */
export const QuoteBody = Type.Object(
  { acceptor: OrganisationIdText, ...ORDER_FACTS },
  { additionalProperties: false },
)

/** Whether it applies, and what it pays or why it does not. */
const verdictFields = {
  applies: Type.Boolean(),
  fen: Type.String({ description: 'what it pays; 0 where it does not apply', examples: ['500'] }),
  code: Type.Optional(
    Type.String({ description: 'why it does not apply, by which an order would be refused' }),
  ),
  message: Type.Optional(Type.String()),
  detail: Type.Optional(Type.Record(Type.String(), Type.String())),
}

/** The fields of a quote as the API answers them. */
export const quoteFields = {
  quotedOn: Type.String({ description: 'the business date for which it is worked out' }),
  acceptor: Type.String(),
  from: Type.String(),
  amountFen: Amount,
  paidFen: Type.String({ description: 'what all that apply pay together, to be signed' }),
  leftFen: Type.String({ description: 'what is left to be paid otherwise' }),
  coupons: Type.Array(
    Type.Object({ series: Type.String(), serial: Type.String(), ...verdictFields }),
    { description: 'in the order in which they apply' },
  ),
  points: Type.Array(Type.Object({ asset: Type.String(), amount: Amount, ...verdictFields })),
}
