import { Type } from 'typebox'
import { Amount } from './read-response.ts'

const LotAnswer = Type.Object({
  expires: Type.String({ description: 'the last day on which it can be spent, or never' }),
  availableFrom: Type.Optional(Type.String()),
  amount: Amount,
})

/** Points and coupons that lie in an escrow, or lay there. */
export const ContentAnswer = Type.Object({
  points: Type.Array(Type.Object({ asset: Type.String(), lots: Type.Array(LotAnswer) })),
  coupons: Type.Array(
    Type.Object({ series: Type.String(), serial: Type.String(), amount: Amount }),
  ),
})

/** The fields that every contract has. */
export const contractFields = {
  status: Type.String({ description: 'open as long as something can come of it' }),
  parties: Type.Array(Type.String()),
  dueOn: Type.Optional(
    Type.String({ description: 'the last business date on which it is open by itself' }),
  ),
  keeps: Type.Array(ContentAnswer, { description: 'what lies in its escrow now' }),
}
