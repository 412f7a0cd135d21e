import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

/** The day's files as the tally sees them. Nothing of the ledger, gateway or generator is imported. */

const HEADERS = {
  earnings: 'time,store,receipt,member,amount_fen,asset,available_from',
  redemptions: 'time,store,order,member,asset,points',
  transfers: 'time,from,to,asset,points,note',
  issues: 'time,series,serials,member',
  claims: 'time,series,code,member,signed_for',
  rushes: 'time,rush,series,member',
  handovers: 'time,from,to,coupons,note',
  orders: 'time,action,purchase,store,order,member,items,basket,paid_fen,until',
  refunds: 'time,purchase,basket,reason',
  returns: 'time,receipt,member,returned_fen',
  gifts: 'time,action,gift,member,basket,shares,seed,until,signed_for',
  offers: 'time,action,offer,member,gives,wants,to,until',
  exchanges: 'time,member,pays,legs,quoted_on',
  auctions:
    'time,action,auction,member,basket,asset,points,increment,extend_seconds,closes_at,until',
  agreements: 'time,action,agreement,by,lines,not_before,not_after,after,oracle,oracle_signed',
  requests: 'time,action,request,by,from,to,basket,until',
  sealed:
    'time,action,auction,member,basket,asset,points,bid,salt,bids_until,closes_at,unrevealed,until',
} as const

export type LineKind = keyof typeof HEADERS

export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

export interface Programme {
  readonly issuer: string
  readonly pointsPerYuan: Rational
  readonly price: Rational
  readonly expiresAfterMonths: number | null
  readonly transferable: boolean
  readonly acceptors: readonly string[]
  readonly partners: readonly string[]
}

const COLUMNS = [
  'action',
  'after',
  'agreement',
  'amount_fen',
  'asset',
  'auction',
  'available_from',
  'basket',
  'bid',
  'bids_until',
  'by',
  'closes_at',
  'code',
  'coupons',
  'extend_seconds',
  'from',
  'gift',
  'gives',
  'increment',
  'items',
  'legs',
  'lines',
  'member',
  'not_after',
  'not_before',
  'note',
  'offer',
  'oracle',
  'oracle_signed',
  'order',
  'paid_fen',
  'pays',
  'points',
  'purchase',
  'quoted_on',
  'reason',
  'receipt',
  'request',
  'returned_fen',
  'rush',
  'salt',
  'seed',
  'serials',
  'series',
  'shares',
  'signed_for',
  'store',
  'to',
  'unrevealed',
  'until',
  'wants',
] as const

/** A line's fields by column; columns that its kind of file lacks are empty. */
export type Fields = Readonly<Record<(typeof COLUMNS)[number], string>>

const NO_FIELDS = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Fields

export interface Line {
  readonly organisation: string
  readonly kind: LineKind
  readonly line: number
  readonly time: string
  /** Null when the line is malformed. */
  readonly fields: Fields | null
}

export function readTable(dir: string, file: string): Record<string, string>[] {
  return parse(readFileSync(join(dir, file)), { columns: true })
}

export function readProgrammes(dir: string): Map<string, Programme> {
  const rows = readTable(dir, 'programmes.csv').map((row): [string, Programme] => {
    const months = row['expires_after_months'] ?? ''
    const programme = {
      issuer: row['issuer'] ?? '',
      pointsPerYuan: rationalOf(row['points_per_yuan'] ?? ''),
      price: rationalOf(row['price_micro_yuan_per_point'] ?? ''),
      expiresAfterMonths: months === '' ? null : Number(months),
      transferable: row['transferable'] === 'yes',
      acceptors: (row['acceptors'] ?? '').split(' '),
      partners: (row['partners'] ?? '').split(' '),
    }
    return [row['asset'] ?? '', programme]
  })
  return new Map(rows)
}

export function rationalOf(text: string): Rational {
  const [numerator = '', denominator = ''] = text.split('/')
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) }
}

/** The lines of all till and wallet files in the order of the day. */
export function readLines(dir: string, openingDate: string): Line[] {
  const lines = readdirSync(dir).flatMap((file) => {
    const [, kind, organisation] = /^([a-z]+)-([a-z]+)\.csv$/.exec(file) ?? []
    if (kind === undefined || organisation === undefined) return []
    return readFileLines(join(dir, file), kind as LineKind, organisation, openingDate)
  })
  return lines.sort(
    (left, right) =>
      compare(left.time, right.time) ||
      compare(left.organisation, right.organisation) ||
      compare(left.kind, right.kind) ||
      left.line - right.line,
  )
}

export function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

function readFileLines(
  path: string,
  kind: LineKind,
  organisation: string,
  openingDate: string,
): Line[] {
  const [header, ...texts] = readFileSync(path, 'utf8').replace(/\n$/, '').split('\n')
  if (header !== HEADERS[kind]) throw new Error(`${path} has another header`)
  const columns = HEADERS[kind].split(',')
  let time = `${openingDate}T00:00:00`
  return texts.map((text, index) => {
    const values = parseRecord(text)
    const timeIsRead = isTime(values?.[0] ?? '')
    if (timeIsRead) time = values?.[0] ?? time
    const isWhole = timeIsRead && values?.length === columns.length
    const entries = columns.map((column, at) => [column, values?.[at] ?? ''] as const)
    const fields = isWhole ? { ...NO_FIELDS, ...Object.fromEntries(entries) } : null
    return { organisation, kind, line: index + 2, time, fields }
  })
}

/** The fields of one physical line, or null when it is empty or its quoting is bad. */
function parseRecord(text: string): string[] | null {
  try {
    const [record] = parse(text, { record_delimiter: '\n', bom: false })
    return record ?? null
  } catch {
    return null
  }
}

function isTime(text: string): boolean {
  const [, date, hour, minute, second] = /^([\d-]{10})T(\d\d):(\d\d):(\d\d)$/.exec(text) ?? []
  return isDate(date ?? '') && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}

/** Whether a text is a day that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const instant = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(instant) && new Date(instant).toISOString().slice(0, 10) === text
}
