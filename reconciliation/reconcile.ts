import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { RulesPreview } from './apply-rules.ts'
import { applyRules, previewRules } from './apply-rules.ts'
import { carryOver, keepOpen } from './carry-over.ts'
import type { MatchingRules } from './matching-rules.ts'
import { ruleSetHash } from './matching-rules.ts'
import type { BreakClass } from './compare-lines.ts'
import { BREAK_CLASSES, compareLines } from './compare-lines.ts'
import type { Side, Source } from './load-source.ts'
import { loadSource } from './load-source.ts'
import type { FileTree } from './merkle-root.ts'
import { fileTree } from './merkle-root.ts'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { literal } from './sql-text.ts'

/** What one side came with. */
export interface SideSummary {
  readonly lines: number
  readonly rejected: number
  /** By asset: the sum of all amounts, a whole number as text. */
  readonly sums: Readonly<Record<string, string>>
  /** Commits to every byte of the file. */
  readonly tree: FileTree
}

/** What a reconciliation came to. Amounts are whole numbers as text. */
export interface ReconciliationSummary {
  readonly left: SideSummary
  readonly right: SideSummary
  readonly matched: number
  /** By class: how many there are. */
  readonly breaks: Readonly<Record<BreakClass, number>>
  /** By asset: what the left side has more than the right, over all breaks. */
  readonly impact: Readonly<Record<string, string>>
  /** By rule: how many matches of lines without a common reference. */
  readonly matchedByRule: Readonly<Record<string, number>>
  /** Lines that the next run looks at before they become breaks. */
  readonly waiting: number
  /** Lines that the run before has left open, and how many of them have a counterpart by now. */
  readonly carried: { readonly lines: number; readonly matched: number }
  /** The rules, and what a statement says of them. */
  readonly rules?: { readonly name: string; readonly hash: string }
  /** Matches that the rules make and those they were compared with do not, and the other way round. */
  readonly preview?: RulesPreview
  /** Commits to the list of breaks. */
  readonly result: FileTree
}

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
  /** Gets a line for everything that takes its time. */
  readonly report?: (stage: string) => void
}

const MEMORY_LIMIT = '700MB'

/**
 * Reconciles two files line by line and writes what differs: `breaks.csv`, `breaks.parquet`,
 * `matches.csv`, `waiting.csv`, `open.parquet` for the next run, `rejects.csv`, `accounts.csv` and,
 * last, `summary.json`; without that the others are not whole. Throws OUTPUT_EXISTS,
 * SOURCE_UNREADABLE, COLUMN_UNKNOWN and RESULTS_MISSING.
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconciliationSummary> {
  const { left, right, out, report = () => undefined } = options
  const summaryPath = join(out, 'summary.json')
  if (existsSync(summaryPath)) {
    const message = `${out} holds the results of another run; choose another folder`
    throw new ReconciliationProblem('OUTPUT_EXISTS', message)
  }
  mkdirSync(out, { recursive: true })
  const scratch = join(out, 'scratch')
  mkdirSync(scratch, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    temp_directory: scratch,
  })
  const connection = await instance.connect()
  try {
    report('Reading the left file …')
    await loadSource(connection, 'left', left, join(scratch, 'left.utf8'))
    report('Reading the right file …')
    await loadSource(connection, 'right', right, join(scratch, 'right.utf8'))
    await carryOver(connection, 'left', options.before)
    await carryOver(connection, 'right', options.before)
    report('Comparing …')
    await compareLines(connection)
    const preview = await previewRules(connection, options)
    await applyRules(connection, options.rules)
    report('Writing the results …')
    await writeResults(connection, out)
    report('Committing to the files …')
    const summary = { ...(await summaryOf(connection, options)), ...preview }
    writeFileSync(`${summaryPath}.new`, `${JSON.stringify(summary, undefined, 2)}\n`)
    renameSync(`${summaryPath}.new`, summaryPath)
    return summary
  } finally {
    connection.closeSync()
    instance.closeSync()
    rmSync(scratch, { recursive: true, force: true })
  }
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

async function summaryOf(
  connection: DuckDBConnection,
  { left, right, out, rules }: ReconcileOptions,
): Promise<ReconciliationSummary> {
  const counts = await read(
    connection,
    'SELECT class, count(*) AS lines FROM breaks GROUP BY class',
  )
  const byClass = new Map(counts.map((row) => [row['class'], Number(row['lines'])]))
  const breaks = Object.fromEntries(BREAK_CLASSES.map((name) => [name, byClass.get(name) ?? 0]))
  const sides = {
    left: await sideOf(connection, 'left', left.path),
    right: await sideOf(connection, 'right', right.path),
  }
  const unmatched = await count(
    connection,
    'SELECT left_line FROM breaks UNION ALL SELECT left_line FROM waiting',
  )
  const carriedLeft = await count(connection, 'SELECT line FROM left_carried')
  const impact = await read(
    connection,
    `SELECT asset, sum(amount) AS amount FROM (
       SELECT left_asset AS asset, left_amount AS amount FROM breaks WHERE left_line IS NOT NULL
       UNION ALL SELECT right_asset, -right_amount FROM breaks WHERE right_line IS NOT NULL
     ) GROUP BY asset ORDER BY asset`,
  )
  return {
    ...sides,
    matched: sides.left.lines - sides.left.rejected + carriedLeft - unmatched,
    breaks: breaks as Record<BreakClass, number>,
    impact: sumsOf(impact),
    ...(await leftoversOf(connection, rules)),
    result: await fileTree(join(out, 'breaks.csv')),
  }
}

/** What came of the lines that had no counterpart of the same reference, in this run or before. */
async function leftoversOf(connection: DuckDBConnection, rules: MatchingRules | undefined) {
  const byRule = await read(
    connection,
    'SELECT rule, count(DISTINCT match) AS matches FROM rule_matches GROUP BY rule ORDER BY rule',
  )
  const carried = `SELECT line FROM left_carried UNION ALL SELECT line FROM right_carried`
  const still = ['breaks', 'waiting'].map(
    (table) => `SELECT 1 AS line FROM ${table} WHERE left_line < 0 OR right_line < 0`,
  )
  const lines = await count(connection, carried)
  return {
    matchedByRule: Object.fromEntries(
      byRule.map((row) => [String(row['rule']), Number(row['matches'])]),
    ),
    waiting: await count(connection, 'SELECT class AS line FROM waiting'),
    carried: { lines, matched: lines - (await count(connection, still.join(' UNION ALL '))) },
    ...(rules !== undefined && { rules: { name: rules.name, hash: ruleSetHash(rules) } }),
  }
}

/** How many values that are not NULL a query of one column has. */
async function count(connection: DuckDBConnection, query: string): Promise<number> {
  const [row] = await read(connection, `SELECT count(COLUMNS(*)) AS found FROM (${query})`)
  return Number(Object.values(row ?? {})[0] ?? 0)
}

async function sideOf(
  connection: DuckDBConnection,
  side: Side,
  path: string,
): Promise<SideSummary> {
  const sums = await read(
    connection,
    `SELECT asset, sum(amount) AS amount, count(*) AS lines FROM ${side}_file_lines
     GROUP BY asset ORDER BY asset`,
  )
  const [rejects] = await read(connection, `SELECT count(*) AS lines FROM ${side}_rejects`)
  const rejected = Number(rejects?.['lines'] ?? 0)
  const lines = sums.reduce((total, row) => total + Number(row['lines']), rejected)
  return { lines, rejected, sums: sumsOf(sums), tree: await fileTree(path) }
}

type Row = Readonly<Record<string, unknown>>

async function read(connection: DuckDBConnection, query: string): Promise<Row[]> {
  return (await connection.runAndReadAll(query)).getRowObjects()
}

function sumsOf(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [String(row['asset']), String(row['amount'])]))
}
