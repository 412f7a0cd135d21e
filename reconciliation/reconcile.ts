import { hash } from 'node:crypto'
import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { applyRules, previewRules } from './apply-rules.ts'
import { carryOver, keepOpen } from './carry-over.ts'
import type { MatchingRules } from './matching-rules.ts'
import { compareLines } from './compare-lines.ts'
import type { Side, Source } from './load-source.ts'
import { loadSource } from './load-source.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import type { ReconciliationSummary } from './run-summary.ts'
import { summaryOf } from './run-summary.ts'
import { literal } from './sql-text.ts'
import type { RunProgress, Stage } from './work-database.ts'
import { WorkDatabase } from './work-database.ts'

export interface ReconcileOptions {
  readonly left: Source
  readonly right: Source
  /** For what has no counterpart of the same reference. */
  readonly rules?: MatchingRules | undefined
  /** Other rules: the summary says what `rules` match more and less than they. */
  readonly comparedWith?: MatchingRules | undefined
  /** Folder with the results of the run before. */
  readonly before?: string | undefined
  /** Folder for the results; made when it is not there. */
  readonly out: string
  /** Told several times a second how far the run has come. */
  readonly onProgress?: ((progress: RunProgress) => void) | undefined
  /** Aborting it interrupts the run. */
  readonly signal?: AbortSignal | undefined
  /** Size of both files from which on an interrupted run is gone on with. */
  readonly keptFromBytes?: number
}

/** From this much on a run keeps what it has done on disk; below it beginning anew is as quick. */
const KEPT_FROM_BYTES = 512 * 1024 * 1024

/**
 * Reconciles two files line by line and writes what differs: `breaks.csv`, `breaks.parquet`,
 * `matches.csv`, `waiting.csv`, `open.parquet` for the next run, `rejects.csv`, `accounts.csv` and,
 * last, `summary.json`; without that the others are not whole. A run over large files that was
 * interrupted is gone on with by the same call. Throws OUTPUT_EXISTS, SOURCE_UNREADABLE,
 * COLUMN_UNKNOWN, RESULTS_MISSING, RUN_INTERRUPTED and RUN_DIFFERS.
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconciliationSummary> {
  const { out, signal, onProgress = () => undefined } = options
  if (existsSync(join(out, 'summary.json'))) {
    const message = `${out} holds the results of another run; choose another folder`
    throw new ReconciliationProblem('OUTPUT_EXISTS', message)
  }
  const inputs = { left: stateOf(options.left), right: stateOf(options.right) }
  const bytes = inputs.left.size + inputs.right.size
  const isKept = bytes >= (options.keptFromBytes ?? KEPT_FROM_BYTES)
  const { rules, comparedWith, before } = options
  const about = JSON.stringify([inputs, rules, comparedWith, before])
  const fingerprint = hash('sha256', about)
  const scratch = join(out, 'scratch')
  const work = await WorkDatabase.open({ scratch, fingerprint, isKept, onProgress, signal })
  let summary: ReconciliationSummary | undefined
  try {
    await work.run(stagesOf(work.connection, options, scratch, (made) => (summary = made)))
  } finally {
    work.close()
    if (!isKept || summary !== undefined) rmSync(scratch, { recursive: true, force: true })
  }
  if (summary === undefined) throw new Error('a run ends with its summary')
  return summary
}

/** The state of a file by which it is known again. Throws SOURCE_UNREADABLE. */
function stateOf({ path, mapping }: Source) {
  try {
    const { size, mtimeMs } = statSync(path)
    return { path, mapping, size, mtimeMs }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ReconciliationProblem('SOURCE_UNREADABLE', why)
  }
}

function stagesOf(
  connection: DuckDBConnection,
  options: ReconcileOptions,
  scratch: string,
  onSummary: (summary: ReconciliationSummary) => void,
): Stage[] {
  const { left, right, out, before } = options
  const load = async (side: Side, source: Source): Promise<void> => {
    await loadSource(connection, side, source, join(scratch, `${side}.utf8`))
    await carryOver(connection, side, before)
  }
  return [
    { name: 'Reading the left file', share: 0.25, run: () => load('left', left) },
    { name: 'Reading the right file', share: 0.25, run: () => load('right', right) },
    { name: 'Comparing', share: 0.3, run: () => compareLines(connection) },
    {
      name: 'Matching by rules',
      share: 0.02,
      run: async () => {
        await previewRules(connection, options)
        await applyRules(connection, options.rules)
      },
    },
    { name: 'Writing the results', share: 0.08, run: () => writeResults(connection, out) },
    {
      name: 'Committing to the files',
      share: 0.1,
      run: async () => {
        const summary = await summaryOf(connection, options)
        const path = join(out, 'summary.json')
        writeFileSync(`${path}.new`, `${JSON.stringify(summary, undefined, 2)}\n`)
        renameSync(`${path}.new`, path)
        onSummary(summary)
      },
    },
  ]
}

async function writeResults(connection: DuckDBConnection, out: string): Promise<void> {
  await keepOpen(connection, out)
  const ordered = 'SELECT * FROM aged_breaks ORDER BY class, reference, left_line, right_line'
  const file = (name: string): string => literal(join(out, name))
  await connection.run(`COPY (${ordered}) TO ${file('breaks.csv')} (HEADER)`)
  await connection.run(`COPY (${ordered}) TO ${file('breaks.parquet')} (FORMAT parquet)`)
  const matches = 'SELECT * FROM rule_matches ORDER BY match, side, line'
  await connection.run(`COPY (${matches}) TO ${file('matches.csv')} (HEADER)`)
  const waiting = 'SELECT * FROM waiting ORDER BY class, reference'
  await connection.run(`COPY (${waiting}) TO ${file('waiting.csv')} (HEADER)`)
  await connection.run(`COPY (
    SELECT 'left' AS side, * FROM left_rejects UNION ALL SELECT 'right', * FROM right_rejects
    ORDER BY side, line) TO ${file('rejects.csv')} (HEADER)`)
  await connection.run(`COPY (${accountsQuery()}) TO ${file('accounts.csv')} (HEADER)`)
}

/** What each side has of every account and asset. */
function accountsQuery(): string {
  return `SELECT account, asset, coalesce(l.lines, 0) AS left_lines,
      coalesce(r.lines, 0) AS right_lines, coalesce(l.amount, 0) AS left_amount,
      coalesce(r.amount, 0) AS right_amount, coalesce(l.fee, 0) AS left_fee,
      coalesce(r.fee, 0) AS right_fee
    FROM (${totalsOf('left')}) l FULL OUTER JOIN (${totalsOf('right')}) r USING (account, asset)
    ORDER BY account, asset`
}

function totalsOf(side: Side): string {
  return `SELECT account, asset, count(*) AS lines, sum(amount) AS amount, sum(fee) AS fee
    FROM ${side}_file_lines GROUP BY ALL`
}
