import { Type } from 'typebox'

/** The fields of a rush as the API answers them, besides those of every contract. */
export const rushFields = {
  series: Type.String(),
  total: Type.Integer(),
  perMember: Type.Integer(),
  from: Type.String(),
}
