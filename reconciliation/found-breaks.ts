import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { BreakClass } from './compare-lines.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { literal } from './sql-text.ts'

/** A break as a run tells it. */
export interface FoundBreak {
  readonly class: BreakClass
  readonly reference: string
  /** By asset: what the left side has more than the right, a whole number as text. */
  readonly impact: Readonly<Record<string, string>>
  /** The day on which it was first seen. */
  readonly firstSeen: string
}

export type IdentifiedBreak = FoundBreak & { readonly id: string }

/** A run that came to its end. */
export interface FinishedRun {
  /** What is reconciled again and again, such as `bank-file`. */
  readonly source: string
  /** The last day that it looked at. */
  readonly day: string
  /** Folder with its results. */
  readonly out: string
}

type Row = Readonly<Record<string, unknown>>

/**
 * Reads the breaks that a run up to a day has written, each with an id that the same break has in
 * every run of the source. Throws RESULTS_MISSING.
 */
export async function readFoundBreaks({
  source,
  day,
  out,
}: FinishedRun): Promise<IdentifiedBreak[]> {
  const path = join(out, 'breaks.parquet')
  if (!existsSync(path)) {
    throw new ReconciliationProblem('RESULTS_MISSING', `${out} has no breaks.parquet`)
  }
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const found = await connection.runAndReadAll(`SELECT class, reference, left_asset, left_amount,
        right_asset, right_amount, CAST(first_seen AS VARCHAR) AS first_seen
      FROM read_parquet(${literal(path)})
      ORDER BY class, reference, left_line, right_line`)
    const rows = found.getRowObjects()
    const times = new Map<string, number>()
    return rows.map((row) => {
      const known = [source, row['class'], row['reference'], ...amountsOf(row)]
        .map(String)
        .join(' ')
      const nth = times.get(known) ?? 0
      times.set(known, nth + 1)
      return { ...breakOf(row, day), id: hash('sha256', `${known} ${String(nth)}`).slice(0, 16) }
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

function amountsOf(row: Row): unknown[] {
  return [row['left_asset'], row['left_amount'], row['right_asset'], row['right_amount']]
}

function breakOf(row: Row, day: string): FoundBreak {
  const impact = new Map<string, bigint>()
  for (const [side, sign] of [
    ['left', 1n],
    ['right', -1n],
  ] as const) {
    const asset = row[`${side}_asset`]
    if (typeof asset !== 'string') continue
    const amount = sign * BigInt(String(row[`${side}_amount`]))
    impact.set(asset, (impact.get(asset) ?? 0n) + amount)
  }
  const firstSeen = row['first_seen']
  return {
    class: row['class'] as BreakClass,
    reference: String(row['reference']),
    impact: Object.fromEntries([...impact].map(([asset, amount]) => [asset, String(amount)])),
    firstSeen: typeof firstSeen === 'string' ? firstSeen : day,
  }
}
