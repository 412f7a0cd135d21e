const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 4_000

/** How long to wait before the next attempt: doubling, bounded, with jitter of a factor of two. */
export function backOffMs(attempt: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt)
  return delay * (0.5 + Math.random() / 2)
}
