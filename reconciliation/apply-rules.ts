import type { DuckDBConnection } from '@duckdb/node-api'
import type { Side } from './load-source.ts'
import type { MatchingRules } from './matching-rules.ts'
import type { Leftover, RuleMatch } from './match-leftovers.ts'
import { matchLeftovers } from './match-leftovers.ts'

/** Values in one statement. */
const ROWS_AT_ONCE = 5_000

/**
 * Takes out of `breaks` what belongs together by the rules, into `rule_matches`, and what is so near
 * to the last day that its counterpart may still come, into `waiting`. Without rules nothing is.
 */
export async function applyRules(
  connection: DuckDBConnection,
  rules: MatchingRules | undefined,
): Promise<void> {
  await connection.run(`CREATE TABLE run AS SELECT max(day) AS last_day FROM (
    SELECT day FROM left_lines UNION ALL SELECT day FROM right_lines)`)
  await connection.run(
    'CREATE TABLE rule_matches (match BIGINT, rule VARCHAR, side VARCHAR, line BIGINT)',
  )
  if (rules !== undefined) {
    await insertMatches(connection, await matchesBy(connection, rules))
    for (const side of ['left', 'right'] as const) {
      await connection.run(`DELETE FROM breaks WHERE ${onlyOn(side)} AND ${side}_line IN (
        SELECT line FROM rule_matches WHERE side = '${side}')`)
    }
  }
  const isNear = (['left', 'right'] as const)
    .map((side) => `(${onlyOn(side)} AND ${side}_day > last_day - ${String(rules?.waitDays ?? 0)})`)
    .join(' OR ')
  await connection.run(`CREATE TABLE waiting AS
    SELECT breaks.* FROM breaks CROSS JOIN run WHERE ${isNear}`)
  await connection.run(`DELETE FROM breaks USING run WHERE ${isNear}`)
}

/** What one set of rules matches more and less than another. */
export interface RulesPreview {
  readonly gained: number
  readonly lost: number
}

/** Tries two sets of rules on what is left, into the table `preview`, which is empty without two. */
export async function previewRules(
  connection: DuckDBConnection,
  {
    rules,
    comparedWith,
  }: {
    readonly rules?: MatchingRules | undefined
    readonly comparedWith?: MatchingRules | undefined
  },
): Promise<void> {
  await connection.run('CREATE TABLE preview (gained BIGINT, lost BIGINT)')
  if (rules === undefined || comparedWith === undefined) return
  const now = new Set((await matchesBy(connection, rules)).map(linesText))
  const before = new Set((await matchesBy(connection, comparedWith)).map(linesText))
  const gained = [...now].filter((match) => !before.has(match)).length
  const lost = [...before].filter((match) => !now.has(match)).length
  await connection.run(`INSERT INTO preview VALUES (${String(gained)}, ${String(lost)})`)
}

function linesText({ left, right }: RuleMatch): string {
  return `${left.join(' ')} with ${right.join(' ')}`
}

/** The matches that a set of rules makes of what is left. */
async function matchesBy(
  connection: DuckDBConnection,
  { rules }: MatchingRules,
): Promise<RuleMatch[]> {
  return matchLeftovers(
    await leftoversOf(connection, 'left'),
    await leftoversOf(connection, 'right'),
    rules,
  )
}

async function leftoversOf(connection: DuckDBConnection, side: Side): Promise<Leftover[]> {
  const result = await connection.runAndReadAll(`SELECT ${side}_line, ${side}_order_id,
      ${side}_account, ${side}_asset, ${side}_status, ${side}_amount,
      coalesce(epoch(${side}_day) // 86400, 0)
    FROM breaks WHERE ${onlyOn(side)} ORDER BY ${side}_line`)
  return result.getRows().map(([line, order, account, asset, status, amount, day]) => ({
    line: Number(line),
    order: String(order),
    account: String(account),
    asset: String(asset),
    status: String(status),
    amount: BigInt(String(amount)),
    day: Number(day),
  }))
}

async function insertMatches(
  connection: DuckDBConnection,
  matches: readonly RuleMatch[],
): Promise<void> {
  const rows = matches.flatMap(({ rule, left, right }, match) => [
    ...left.map((line) => `(${String(match)}, '${rule}', 'left', ${String(line)})`),
    ...right.map((line) => `(${String(match)}, '${rule}', 'right', ${String(line)})`),
  ])
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const values = rows.slice(at, at + ROWS_AT_ONCE).join(', ')
    await connection.run(`INSERT INTO rule_matches VALUES ${values}`)
  }
}

function onlyOn(side: Side): string {
  return `class = 'ONLY_${side.toUpperCase()}'`
}
