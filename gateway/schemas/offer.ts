import { Type } from 'typebox'
import { BasketAnswer } from './basket.ts'

/** The fields of a swap offer as the API answers them, besides those of every contract. */
export const offerFields = {
  from: Type.String(),
  to: Type.Optional(Type.String({ description: 'the one account that may accept' })),
  gives: BasketAnswer,
  wants: BasketAnswer,
  acceptedBy: Type.Optional(Type.String()),
}
