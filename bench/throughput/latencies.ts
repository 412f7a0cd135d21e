/** Times between sending and the answer, in milliseconds. */
export class Latencies {
  readonly #all: number[] = []

  add(elapsedMs: number): void {
    this.#all.push(elapsedMs)
  }

  get count(): number {
    return this.#all.length
  }

  /** The time within which this part of the answers came, between 0 and 1. */
  quantile(part: number): number {
    const sorted = this.#all.toSorted((a, b) => a - b)
    const place = Math.min(sorted.length - 1, Math.floor(sorted.length * part))
    return Math.round((sorted[place] ?? 0) * 10) / 10
  }
}

/** The middle one; of an even number what lies half-way between the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(middle)] ?? 0, sorted[Math.ceil(middle)] ?? 0]
  return (low + high) / 2
}
