import { Type } from 'typebox'
import { AccountIdText, ContractIdText, PositiveAmount } from '../../ledger/index.ts'
import { RatioAnswer } from './rate.ts'
import { Amount } from './read-response.ts'

/** What a quote is asked for. */
export const ExchangeQuoteBody = Type.Object(
  {
    rates: Type.Array(ContractIdText, {
      minItems: 1,
      maxItems: 2,
      description: 'one rate, or two of which the second goes on where the first ends',
      examples: [['mall:star-to-hui']],
    }),
    from: AccountIdText,
    amount: PositiveAmount,
  },
  { additionalProperties: false },
)

const PointsAnswer = Type.Object({ asset: Type.String(), amount: Amount })

const Fraction = Type.Optional(
  Type.String({ description: 'the fraction that was rounded away', examples: ['1/2'] }),
)

const LegAnswer = Type.Object({
  rate: Type.String(),
  receives: PointsAnswer,
  toPerFrom: RatioAnswer,
  pointsRoundedDown: Fraction,
  clearingMicroYuan: Amount,
  roundedDown: Fraction,
  spread: Type.Optional(
    Type.Object({ party: Type.String(), microYuan: Amount, roundedDown: Fraction }),
  ),
  leftOfDay: Type.String({
    description: 'what may still be issued under the rate on this business date',
  }),
})

/** The fields of a quote: `pays`, `legs` and `quotedOn` are what ExchangePoints is signed over. */
export const exchangeQuoteFields = {
  quotedOn: Type.String({ description: 'the business date on which it holds' }),
  from: Type.String(),
  pays: PointsAnswer,
  legs: Type.Array(LegAnswer),
  lots: Type.Array(
    Type.Object({
      expires: Type.String({ description: 'the last day on which it can be spent, or never' }),
      amount: Amount,
    }),
  ),
}
