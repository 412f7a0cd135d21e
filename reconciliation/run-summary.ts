import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { RulesPreview } from './apply-rules.ts'
import type { BreakClass } from './compare-lines.ts'
import { BREAK_CLASSES } from './compare-lines.ts'
import type { Side, Source } from './load-source.ts'
import type { MatchingRules } from './matching-rules.ts'
import { ruleSetHash } from './matching-rules.ts'
import type { FileTree } from './merkle-root.ts'
import { fileTree } from './merkle-root.ts'

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
  /** The last day of both files; absent when their lines have none. */
  readonly lastDay?: string
  /** Commits to the list of breaks. */
  readonly result: FileTree
}

interface SummaryOptions {
  readonly left: Source
  readonly right: Source
  readonly out: string
  readonly rules?: MatchingRules | undefined
}

/** Sums up a run of which the breaks are found and written. */
export async function summaryOf(
  connection: DuckDBConnection,
  { left, right, out, rules }: SummaryOptions,
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
    ...(await previewOf(connection)),
    ...(await lastDayOf(connection)),
    ...(await leftoversOf(connection, rules)),
    result: await fileTree(join(out, 'breaks.csv')),
  }
}

async function lastDayOf(connection: DuckDBConnection): Promise<{ lastDay?: string }> {
  const [row] = await read(connection, 'SELECT CAST(last_day AS VARCHAR) AS day FROM run')
  return typeof row?.['day'] === 'string' ? { lastDay: row['day'] } : {}
}

async function previewOf(connection: DuckDBConnection): Promise<{ preview?: RulesPreview }> {
  const [found] = await read(connection, 'SELECT gained, lost FROM preview')
  if (found === undefined) return {}
  return { preview: { gained: Number(found['gained']), lost: Number(found['lost']) } }
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
