/**
 * Draws that are the same for the same seed on every machine. Only additions, multiplications and
 * divisions are used: Math.exp, Math.log and Math.pow may differ in the last bit between builds.
 */
export interface SeededRandom {
  /** A uniform number in [0, 1). */
  unit(): number
  /** A uniform whole number in [0, bound). */
  below(bound: number): number
  /** One of `items`, all equally likely; throws when there are none. */
  pick<T>(items: readonly T[]): T
  /** True with the given probability. */
  chance(probability: number): boolean
  /** A number around `median`; about two thirds lie within a factor e^spread of it. */
  logNormal(median: number, spread: number): number
}

/** A mulberry32 generator with the draws the trading day needs. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number): number => Math.floor(unit() * bound)
  return {
    unit,
    below,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    chance: (probability) => unit() < probability,
    logNormal: (median, spread) => median * approximateExp(spread * standardNormal(unit)),
  }
}

/** The sum of twelve uniforms less six: mean 0, variance 1, close to normal. */
function standardNormal(unit: () => number): number {
  let sum = -6
  for (let draw = 0; draw < 12; draw += 1) sum += unit()
  return sum
}

function approximateExp(exponent: number): number {
  let result = 1 + exponent / 1024
  for (let squaring = 0; squaring < 10; squaring += 1) result *= result
  return result
}

/** A draw among `items` in proportion to `weights` (same length, positive). */
export function weightedPicker<T>(
  random: SeededRandom,
  items: readonly T[],
  weights: readonly number[],
): () => T {
  const cumulative: number[] = []
  let total = 0
  for (const weight of weights) cumulative.push((total += weight))
  return () => {
    const target = random.unit() * total
    let low = 0
    let high = items.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] ?? total) > target) high = middle
      else low = middle + 1
    }
    const item = items[low]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
}

/** Zipf's law: the weight of the item at rank r (from 1) is 1/r. */
export function zipfWeights(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 1 / (index + 1))
}

/** `items` in random order; the argument is left as it is. */
export function shuffled<T>(random: SeededRandom, items: readonly T[]): T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1)
    const swapped = result[last] as T
    result[last] = result[other] as T
    result[other] = swapped
  }
  return result
}
