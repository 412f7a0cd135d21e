import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Side } from './load-source.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { literal } from './sql-text.ts'

/** What a run leaves to the next: lines that wait, and lines that had no counterpart. */
export const OPEN_LINES = 'open.parquet'

const COLUMNS = 'reference, order_id, account, asset, amount, fee, status, day'

/**
 * Makes `{side}_lines`: those of the file, and before them what the run before has left open on that
 * side, under numbers below zero. Throws RESULTS_MISSING.
 */
export async function carryOver(
  connection: DuckDBConnection,
  side: Side,
  before: string | undefined,
): Promise<void> {
  await connection.run(`CREATE TABLE ${side}_carried AS ${carriedQuery(side, before)}`)
  await connection.run(`CREATE VIEW ${side}_lines AS
    SELECT line, ${COLUMNS} FROM ${side}_file_lines
    UNION ALL SELECT line, ${COLUMNS} FROM ${side}_carried`)
}

function carriedQuery(side: Side, before: string | undefined): string {
  if (before === undefined) {
    return `SELECT line, ${COLUMNS}, CAST(NULL AS DATE) AS first_seen FROM ${side}_file_lines LIMIT 0`
  }
  const path = join(before, OPEN_LINES)
  if (!existsSync(path)) {
    const message = `${before} has no ${OPEN_LINES}; name the folder of a run that came to its end`
    throw new ReconciliationProblem('RESULTS_MISSING', message)
  }
  return `SELECT -row_number() OVER (ORDER BY first_seen, reference) AS line, ${COLUMNS}, first_seen
    FROM read_parquet(${literal(path)}) WHERE side = '${side}'`
}

/**
 * Says since when each break is known, by the last day of the run in which it was first seen, and
 * keeps what the next run is to look at again.
 */
export async function keepOpen(connection: DuckDBConnection, out: string): Promise<void> {
  await connection.run(`CREATE TABLE aged_breaks AS
    SELECT breaks.*, coalesce(l.first_seen, r.first_seen, run.last_day) AS first_seen,
      run.last_day - coalesce(l.first_seen, r.first_seen, run.last_day) AS age_days
    FROM breaks CROSS JOIN run
      LEFT JOIN left_carried l ON breaks.left_line = l.line
      LEFT JOIN right_carried r ON breaks.right_line = r.line`)
  const open = (['left', 'right'] as const).flatMap((side) => [
    openQuery(side, 'aged_breaks', 'first_seen'),
    openQuery(side, 'waiting CROSS JOIN run', 'run.last_day'),
  ])
  const path = literal(join(out, OPEN_LINES))
  await connection.run(`COPY (${open.join(' UNION ALL ')}) TO ${path} (FORMAT parquet)`)
}

function openQuery(side: Side, table: string, firstSeen: string): string {
  const fields = COLUMNS.split(', ')
    .map((name) => (name === 'reference' ? name : `${side}_${name} AS ${name}`))
    .join(', ')
  return `SELECT '${side}' AS side, ${fields}, ${firstSeen} AS first_seen
    FROM ${table} WHERE class = 'ONLY_${side.toUpperCase()}'`
}
