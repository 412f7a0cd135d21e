import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * What two sides may differ in. Of several the first in this order counts: who has another asset has
 * another amount as well.
 */
export const BREAK_CLASSES = [
  'DUPLICATE_LEFT',
  'DUPLICATE_RIGHT',
  'ASSET',
  'REVERSED',
  'AMOUNT',
  'FEE',
  'STATUS',
  'DATE',
  'SPLIT',
  'AGGREGATE',
  'ONLY_LEFT',
  'ONLY_RIGHT',
] as const

export type BreakClass = (typeof BREAK_CLASSES)[number]

const FIELDS = ['line', 'order_id', 'account', 'asset', 'amount', 'fee', 'status', 'day'] as const

/**
 * Compares `left_lines` with `right_lines` and makes the table `breaks`. Every line is claimed once: by
 * one line of the other side with the same reference, or as a break. Of lines of one side with the
 * same reference the first is compared, and the others are duplicates. What is left on both sides is
 * put together by order: one line for several that come to the same sum.
 */
export async function compareLines(connection: DuckDBConnection): Promise<void> {
  for (const side of ['left', 'right'] as const) {
    await connection.run(`CREATE TABLE ${side}_duplicates AS
      SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY reference ORDER BY line) AS nth
        FROM ${side}_lines SEMI JOIN (
          SELECT reference FROM ${side}_lines GROUP BY reference HAVING count(*) > 1
        ) repeated USING (reference)
      ) WHERE nth > 1`)
    await connection.run(`CREATE VIEW ${side}_claims AS
      SELECT * FROM ${side}_lines ANTI JOIN ${side}_duplicates USING (line)`)
  }
  await connection.run(`CREATE TABLE differing AS
    SELECT ${differenceOf()} AS class, coalesce(l.reference, r.reference) AS reference,
      ${FIELDS.map((field) => `l.${field} AS left_${field}, r.${field} AS right_${field}`).join(', ')}
    FROM left_claims l FULL OUTER JOIN right_claims r ON l.reference = r.reference
    WHERE class IS NOT NULL`)
  await connection.run(`CREATE TABLE together AS
    ${putTogether('SPLIT', 'left', 'right')} UNION ALL ${putTogether('AGGREGATE', 'right', 'left')}`)
  await connection.run(`CREATE TABLE breaks AS
    SELECT coalesce(together.class, differing.class) AS class, differing.* EXCLUDE (class)
    FROM differing LEFT JOIN together ON differing.class = together.alone
      AND coalesce(left_order_id, right_order_id) = together.order_id
      AND coalesce(left_asset, right_asset) = together.asset
    UNION ALL BY NAME ${duplicates('left')}
    UNION ALL BY NAME ${duplicates('right')}`)
}

function differenceOf(): string {
  return `CASE WHEN r.line IS NULL THEN 'ONLY_LEFT' WHEN l.line IS NULL THEN 'ONLY_RIGHT'
    WHEN l.asset <> r.asset THEN 'ASSET'
    WHEN l.amount <> r.amount AND l.amount = -r.amount THEN 'REVERSED'
    WHEN l.amount <> r.amount THEN 'AMOUNT'
    WHEN l.fee <> r.fee THEN 'FEE'
    WHEN l.status <> r.status THEN 'STATUS'
    WHEN l.day <> r.day THEN 'DATE' END`
}

/** Orders of which one side has one line, and the other several that come to the same. */
function putTogether(name: 'SPLIT' | 'AGGREGATE', one: string, many: string): string {
  const leftOf = (side: string): string => `
    SELECT ${side}_order_id AS order_id, ${side}_asset AS asset, count(*) AS lines,
      sum(${side}_amount) AS amount
    FROM differing WHERE class = '${onlyOn(side)}' AND ${side}_order_id <> '' GROUP BY ALL`
  return `SELECT '${name}' AS class, unnest(['${onlyOn(one)}', '${onlyOn(many)}']) AS alone, order_id, asset
    FROM (${leftOf(one)}) whole JOIN (${leftOf(many)}) parts USING (order_id, asset)
    WHERE whole.lines = 1 AND parts.lines > 1 AND whole.amount = parts.amount`
}

function onlyOn(side: string): string {
  return `ONLY_${side.toUpperCase()}`
}

function duplicates(side: 'left' | 'right'): string {
  const fields = FIELDS.map((field) => `${field} AS ${side}_${field}`).join(', ')
  return `SELECT 'DUPLICATE_${side.toUpperCase()}' AS class, reference, ${fields}
    FROM ${side}_lines SEMI JOIN ${side}_duplicates USING (line)`
}
