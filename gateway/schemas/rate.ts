import { Type } from 'typebox'
import { Amount } from './read-response.ts'

/** A rational number as the API answers it. */
export const RatioAnswer = Type.Object({ numerator: Amount, denominator: Amount })

/** What the record of an exchange rate says besides what all contracts do. */
export const rateFields = {
  from: Type.String(),
  to: Type.String(),
  rate: Type.Object(
    { numerator: Amount, denominator: Amount },
    { description: 'points of `to` for one of `from`' },
  ),
  pricePerPoint: RatioAnswer,
  spread: Type.Optional(Type.Object({ party: Type.String(), pricePerPoint: RatioAnswer })),
  validFrom: Type.String(),
  validUntil: Type.String(),
  capPerDay: Amount,
  capPerMemberDay: Amount,
  chainable: Type.Boolean(),
}
