import { Type } from 'typebox'
import { RatioAnswer } from './rate.ts'
import { Amount } from './read-response.ts'

/** What the record of settlement terms says besides what all contracts do. */
export const settlementFields = {
  netting: Type.String({ description: 'gross, bilateral or multilateral' }),
  closeWithinDays: Type.Integer(),
  payWithinDays: Type.Integer({ description: '0: T+0' }),
  graceDays: Type.Integer({ description: 'until what is unpaid is carried over' }),
  fees: Type.Array(
    Type.Object({
      receiver: Type.String(),
      bearer: Type.String({ description: 'debtor or creditor of what the fee is on' }),
      fixedFen: Amount,
      tiers: Type.Array(Type.Object({ upToFen: Type.Optional(Amount), rate: RatioAnswer })),
    }),
  ),
  accounts: Type.Array(Type.Object({ organisation: Type.String(), commitment: Type.String() }), {
    description: 'where each party is paid, as a salted hash',
  }),
  validFrom: Type.String(),
  validUntil: Type.String(),
}

/** What the record of a payment says besides what all contracts do. */
export const paymentFields = {
  settlement: Type.String(),
  cycle: Type.String(),
  debtor: Type.String(),
  creditor: Type.String(),
  fen: Type.String({ description: 'to be paid, without what was carried over' }),
  carriedFen: Amount,
  payBy: Type.String(),
  remittances: Type.Array(
    Type.Object({ reference: Type.String(), fen: Amount, receivedFen: Amount }),
    { description: 'less received than sent is a break, or still on its way' },
  ),
}
