import { Type } from 'typebox'

/** Amounts at a border: a positive decimal integer of at most 16 digits, no sign, no leading zero. */
export const PositiveAmount = Type.String({
  pattern: '^[1-9][0-9]{0,15}$',
  description: 'a positive whole number as a decimal string, at most 16 digits',
  examples: ['100'],
})

/** An amount that the ledger itself has posted: a price times a quantity can have twice the digits. */
export const PostedAmount = Type.String({ pattern: '^[1-9][0-9]{0,31}$' })

/** A non-negative rational number, for prices and rates that no decimal fraction can write. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** A rational at a border. */
export const RationalText = Type.Object(
  { numerator: PositiveAmount, denominator: PositiveAmount },
  { additionalProperties: false, description: 'numerator ÷ denominator' },
)

export function parseRational(text: Type.Static<typeof RationalText>): Rational {
  return { numerator: BigInt(text.numerator), denominator: BigInt(text.denominator) }
}

/** What a quantity comes to at a rate, rounded down once, with the fraction that was dropped. */
export interface Product {
  readonly whole: bigint
  readonly remainder: bigint
  readonly denominator: bigint
}

/** quantity × rate, rounded down; `remainder / denominator` is the fraction that is dropped. */
export function multiply(quantity: bigint, rate: Rational): Product {
  const product = quantity * rate.numerator
  return {
    whole: product / rate.denominator,
    remainder: product % rate.denominator,
    denominator: rate.denominator,
  }
}
