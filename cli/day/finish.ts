import type { Gateways } from '../gateways-file.ts'
import { describeSummary, isRight, writeResults } from './report.ts'
import type { LineResult } from './play-lines.ts'
import type { Summary } from './summary.ts'
import { countResults, readBooks } from './summary.ts'

/** The lines of a play with how it went. */
export interface FinishedPlay {
  readonly results: readonly LineResult[]
  readonly stopReason: string | undefined
  readonly lastBlock: number
  readonly elapsedMs: number
}

export interface FinishOptions {
  readonly gateways: Gateways
  readonly json: boolean
  readonly results: string | undefined
  readonly patienceMs: number
  /** What to do next when all went well. */
  readonly next: string
}

/**
 * Writes the results, reads the books, prints the summary with the next step, and returns the exit
 * code: 1 when a line is unresolved or the books are not right.
 */
export async function finish(finished: FinishedPlay, options: FinishOptions): Promise<number> {
  const { results, stopReason, lastBlock, elapsedMs } = finished
  if (options.results !== undefined) writeResults(options.results, results)
  const counts = countResults(results, elapsedMs)
  if (counts.unresolved > 0) {
    // The books are read only when they can be expected to be whole.
    const next = `${stopReason ?? ''} Run the same command again: nothing is booked twice.`
    const { json } = options
    console.log(json ? JSON.stringify({ ...counts, next }) : unresolvedText(counts, next))
    return 1
  }
  const books = await readBooks(options.gateways, lastBlock, options.patienceMs)
  const summary: Summary = { ...counts, ...books }
  const next = isRight(summary)
    ? options.next
    : 'Next: compare the gateways with the chain; do not book any further.'
  console.log(
    options.json ? JSON.stringify({ ...summary, next }) : `${describeSummary(summary)}\n\n${next}`,
  )
  return isRight(summary) ? 0 : 1
}

function unresolvedText(
  { lines, entries, unresolved }: Pick<Summary, 'lines' | 'entries' | 'unresolved'>,
  next: string,
): string {
  return `${entries} entries of ${lines} lines; ${unresolved} lines have no outcome yet.\n${next}`
}
