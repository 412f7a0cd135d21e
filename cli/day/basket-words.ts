/** A basket as files write it: words `asset=points` and `series/serial`, with a space between them. */
export interface WrittenBasket {
  readonly points: readonly { readonly asset: string; readonly amount: string }[]
  readonly coupons: readonly { readonly series: string; readonly serial: string }[]
}

/** The words of a field. */
export function wordsOf(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** The two parts of a word, the second empty where the separator is missing. */
export function partsOf(word: string, separator: string): readonly [string, string] {
  const at = word.lastIndexOf(separator)
  return at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}

/** The basket of a field. */
export function basketOf(text: string): WrittenBasket {
  const words = wordsOf(text)
  return {
    points: words.filter((word) => !word.includes('/')).map(pointsOf),
    coupons: words.filter((word) => word.includes('/')).map(couponOf),
  }
}

/** Points as a word `asset=points`. */
export function pointsOf(word: string): WrittenBasket['points'][number] {
  const [asset, amount] = partsOf(word, '=')
  return { asset, amount }
}

/** A coupon as a word `series/serial`. */
export function couponOf(word: string): WrittenBasket['coupons'][number] {
  const [series, serial] = partsOf(word, '/')
  return { series, serial }
}

/** A rational `numerator/denominator` as commands write it. */
export function rationalOf(text: string): { numerator: string; denominator: string } {
  const [numerator = '', denominator = ''] = text.split('/')
  return { numerator, denominator }
}
