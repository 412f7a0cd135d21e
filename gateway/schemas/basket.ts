import { Type } from 'typebox'
import { Amount } from './read-response.ts'

/** Points and coupons that are to change hands. */
export const BasketAnswer = Type.Object({
  points: Type.Array(Type.Object({ asset: Type.String(), amount: Amount })),
  coupons: Type.Array(Type.Object({ series: Type.String(), serial: Type.String() })),
})
