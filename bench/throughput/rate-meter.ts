const BUCKET_MS = 500

/** How many came in every half second. */
export class RateMeter {
  readonly #buckets = new Map<number, number>()

  note(): void {
    const bucket = Math.floor(performance.now() / BUCKET_MS)
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
  }

  /** A second, on average between two times of `performance.now()`, to the half second. */
  perSecond(fromMs: number, toMs: number): number {
    const [first, end] = [Math.floor(fromMs / BUCKET_MS), Math.floor(toMs / BUCKET_MS)]
    let count = 0
    for (let bucket = first; bucket < end; bucket += 1) count += this.#buckets.get(bucket) ?? 0
    return (count * 1_000) / Math.max(1, (end - first) * BUCKET_MS)
  }
}
