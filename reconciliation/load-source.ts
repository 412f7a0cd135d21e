import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import type { SourceMapping } from './source-mapping.ts'
import { identifier, literal } from './sql-text.ts'

/** As many as a 64-bit number always holds. */
const MOST_DIGITS = 18

export type Side = 'left' | 'right'

/** One file, and how it is read. */
export interface Source {
  readonly path: string
  readonly mapping: SourceMapping
}

/**
 * Loads a source and makes two views of it: `{side}_file_lines`, all amounts whole numbers, and
 * `{side}_rejects`, lines that cannot be read with the reason; so that no line is dropped silently.
 * `scratch` is where a file of another encoding is written anew. Throws SOURCE_UNREADABLE or
 * COLUMN_UNKNOWN.
 */
export async function loadSource(
  connection: DuckDBConnection,
  side: Side,
  { path, mapping }: Source,
  scratch: string,
): Promise<void> {
  const file = mapping.encoding === 'gb18030' ? await transcoded(path, scratch) : path
  try {
    const scan = scanOf(file, mapping, side)
    await connection.run(`CREATE TABLE ${side}_parsed AS ${parsedQuery(mapping)} FROM ${scan}`)
  } catch (error) {
    const message = firstLine(error)
    const isColumn = message.startsWith('Binder Error')
    const code = isColumn ? 'COLUMN_UNKNOWN' : 'SOURCE_UNREADABLE'
    throw new ReconciliationProblem(code, `${path}: ${message}`)
  }
  await makeViews(connection, side, mapping)
}

async function transcoded(path: string, scratch: string): Promise<string> {
  try {
    await pipeline(createReadStream(path), decodeGb18030, createWriteStream(scratch))
  } catch (error) {
    throw new ReconciliationProblem('SOURCE_UNREADABLE', `${path}: ${firstLine(error)}`)
  }
  return scratch
}

async function* decodeGb18030(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('gb18030', { fatal: true })
  for await (const chunk of source) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function scanOf(path: string, mapping: SourceMapping, side: Side): string {
  const file = literal(path)
  if (mapping.format === 'parquet') return `read_parquet(${file})`
  if (mapping.format === 'jsonl') {
    const columns = [...new Set(Object.values(mapping.columns).map(String))]
    const types = columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ')
    return `read_json(${file}, format = 'newline_delimited', columns = {${types}})`
  }
  const { delimiter = ',', quote = '"', header = true } = mapping
  const marks = `delim = ${literal(delimiter)}, quote = ${literal(quote)}, escape = ${literal(quote)}`
  const rejects = `store_rejects = true, rejects_table = '${side}_errors', rejects_scan = '${side}_scans'`
  return `read_csv(${file}, ${marks}, header = ${String(header)}, all_varchar = true, ${rejects})`
}

/** The fields of a line as the ledger's own terms; NULL where one cannot be read. */
function parsedQuery(mapping: SourceMapping): string {
  const { columns, asset } = mapping
  const { amountDigits: digits, negativeSigns = [] } = mapping
  const amount = wholeNumber(fieldOf(columns.amount), digits)
  const negative = negativeSigns.map(literal).join(', ')
  const signed =
    columns.sign === undefined
      ? amount
      : `CASE WHEN ${fieldOf(columns.sign)} IN (${negative}) THEN -${amount} ELSE ${amount} END`
  return `SELECT
    ${fieldOf(columns.reference)} AS reference,
    ${fieldOf(columns.order)} AS order_id,
    ${fieldOf(columns.account)} AS account,
    ${asset === undefined ? fieldOf(columns.asset) : literal(asset)} AS asset,
    ${signed} AS amount,
    ${columns.fee === undefined ? 'CAST(0 AS BIGINT)' : wholeNumber(fieldOf(columns.fee), digits)} AS fee,
    ${statusOf(fieldOf(columns.status), mapping)} AS status,
    ${dayOf(columns.time === undefined ? undefined : fieldOf(columns.time), mapping)} AS day`
}

/** A field as text, empty where the line has none. */
function fieldOf(column: string | number | undefined): string {
  if (column === undefined) return `''`
  const name = typeof column === 'string' ? column : placeName(column)
  return `ifnull(CAST(${identifier(name)} AS VARCHAR), '')`
}

/** DuckDB's names of columns without a header have as many digits as the last one. */
function placeName(place: number): string {
  return `column${String(place - 1)}`
}

/** Digits, a sign and one point alone: nothing is rounded, and no number is a floating one. */
function wholeNumber(field: string, digits: number): string {
  const whole = `-?[0-9]{1,${String(MOST_DIGITS - digits)}}`
  const pattern = digits === 0 ? whole : `${whole}(\\.[0-9]{1,${String(digits)}})?`
  const scale = String(10n ** BigInt(digits))
  const value = `CAST(${field} AS DECIMAL(${String(MOST_DIGITS)}, ${String(digits)}))`
  return `CASE WHEN regexp_full_match(${field}, '${pattern}')
    THEN CAST(${value} * ${scale} AS BIGINT) END`
}

function statusOf(field: string, { statuses = {} }: SourceMapping): string {
  const cases = Object.entries(statuses).map(
    ([name, called]) => `WHEN ${literal(name)} THEN ${literal(called)}`,
  )
  return cases.length === 0 ? field : `CASE ${field} ${cases.join(' ')} ELSE ${field} END`
}

function dayOf(field: string | undefined, mapping: SourceMapping): string {
  if (field === undefined) return 'CAST(NULL AS DATE)'
  const { timeFormat = '', timeAheadMinutes = 0 } = mapping
  const time = `TRY_STRPTIME(${field}, ${literal(timeFormat)})`
  if (timeAheadMinutes === 0) return `CAST(${time} AS DATE)`
  return `CAST(${time} - INTERVAL (${String(timeAheadMinutes)}) MINUTE AS DATE)`
}

async function makeViews(
  connection: DuckDBConnection,
  side: Side,
  mapping: SourceMapping,
): Promise<void> {
  const isCsv = mapping.format === 'csv'
  const first = isCsv && (mapping.header ?? true) ? 2 : 1
  await connection.run(
    isCsv
      ? `CREATE TABLE ${side}_bad AS SELECT DISTINCT line FROM ${side}_errors`
      : `CREATE TABLE ${side}_bad (line BIGINT)`,
  )
  // Lines that are no records have no row: what follows them has moved up.
  await connection.run(`CREATE TABLE ${side}_gaps AS
    SELECT line - ${String(first)} - row_number() OVER (ORDER BY line) + 1 AS from_row,
      row_number() OVER (ORDER BY line) AS moved FROM ${side}_bad`)
  const [gap] = (
    await connection.runAndReadAll(`SELECT count(*) AS gaps FROM ${side}_gaps`)
  ).getRowObjects()
  const numbered =
    Number(gap?.['gaps']) === 0
      ? `SELECT rowid + ${String(first)} AS line, * FROM ${side}_parsed`
      : `SELECT rows.place + ${String(first)} + coalesce(gaps.moved, 0) AS line, rows.* EXCLUDE (place)
         FROM (SELECT rowid AS place, * FROM ${side}_parsed) rows
         ASOF LEFT JOIN ${side}_gaps gaps ON rows.place >= gaps.from_row`
  const reason = rejectionOf(mapping)
  await connection.run(`CREATE VIEW ${side}_numbered AS ${numbered}`)
  await connection.run(
    `CREATE VIEW ${side}_file_lines AS SELECT * FROM ${side}_numbered WHERE ${reason} IS NULL`,
  )
  await connection.run(`CREATE VIEW ${side}_rejects AS
    SELECT line, ${reason} AS reason FROM ${side}_numbered WHERE ${reason} IS NOT NULL
    UNION ALL SELECT line, 'LINE_MALFORMED' AS reason FROM ${side}_bad`)
}

/** Why a line cannot be reconciled; NULL when it can. */
function rejectionOf({ columns }: SourceMapping): string {
  return `CASE WHEN reference = '' THEN 'REFERENCE_EMPTY'
    WHEN asset = '' THEN 'ASSET_EMPTY'
    WHEN amount IS NULL THEN 'AMOUNT_UNREADABLE'
    WHEN fee IS NULL THEN 'FEE_UNREADABLE'
    ${columns.time === undefined ? '' : `WHEN day IS NULL THEN 'TIME_UNREADABLE'`} END`
}
