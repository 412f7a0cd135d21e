import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlainError, readOrExplain } from '../plain-error.ts'
import { isLocalTime, parseRecord } from './csv-record.ts'

/** The columns of the files that tills and wallets export, by kind. */
export const COLUMNS = {
  earnings: ['time', 'store', 'receipt', 'member', 'amount_fen', 'asset', 'available_from'],
  redemptions: ['time', 'store', 'order', 'member', 'asset', 'points'],
  transfers: ['time', 'from', 'to', 'asset', 'points', 'note'],
  issues: ['time', 'series', 'serials', 'member'],
  claims: ['time', 'series', 'code', 'member', 'signed_for'],
  rushes: ['time', 'rush', 'series', 'member'],
  handovers: ['time', 'from', 'to', 'coupons', 'note'],
  orders: [
    'time',
    'action',
    'purchase',
    'store',
    'order',
    'member',
    'items',
    'basket',
    'paid_fen',
    'until',
  ],
  refunds: ['time', 'purchase', 'basket', 'reason'],
  returns: ['time', 'receipt', 'member', 'returned_fen'],
  gifts: ['time', 'action', 'gift', 'member', 'basket', 'shares', 'seed', 'until', 'signed_for'],
  offers: ['time', 'action', 'offer', 'member', 'gives', 'wants', 'to', 'until'],
  exchanges: ['time', 'member', 'pays', 'legs', 'quoted_on'],
  auctions: [
    'time',
    'action',
    'auction',
    'member',
    'basket',
    'asset',
    'points',
    'increment',
    'extend_seconds',
    'closes_at',
    'until',
  ],
  requests: ['time', 'action', 'request', 'by', 'from', 'to', 'basket', 'until'],
  sealed: [
    'time',
    'action',
    'auction',
    'member',
    'basket',
    'asset',
    'points',
    'bid',
    'salt',
    'bids_until',
    'closes_at',
    'unrevealed',
    'until',
  ],
  agreements: [
    'time',
    'action',
    'agreement',
    'by',
    'lines',
    'not_before',
    'not_after',
    'after',
    'oracle',
    'oracle_signed',
  ],
} as const

export type LineKind = keyof typeof COLUMNS

export interface KindOfLine<Kind extends LineKind> {
  readonly kind: Kind
  /** The organisation whose tills or wallets exported the file. */
  readonly organisation: string
  /** Physical line number in the file; the header is line 1. */
  readonly line: number
  /** Local time; that of the line before when the line's own cannot be read. */
  readonly time: string
  /** Undefined when the line is malformed. */
  readonly fields: Readonly<Record<(typeof COLUMNS)[Kind][number], string>> | undefined
}

export type EarningLine = KindOfLine<'earnings'>
export type RedemptionLine = KindOfLine<'redemptions'>
export type TransferLine = KindOfLine<'transfers'>

/** One line of a till or wallet file. */
export type DayLine = { [Kind in LineKind]: KindOfLine<Kind> }[LineKind]

/** The fields of a line of a kind, by column. */
export type FieldsOf<Kind extends LineKind> = NonNullable<KindOfLine<Kind>['fields']>

export interface LineFile {
  readonly kind: LineKind
  readonly organisation: string
  /** Time of a first line of which the own cannot be read. */
  readonly startTime: string
}

/** Reads every till and wallet file of a folder, KIND-ORGANISATION.csv. Throws plain errors. */
export function readLineFiles(dir: string, startTime: string): DayLine[] {
  return readdirSync(dir).flatMap((name) => {
    const [, kind = '', organisation] = /^([a-z]+)-([A-Za-z0-9-]+)\.csv$/.exec(name) ?? []
    if (!isLineKind(kind) || organisation === undefined) return []
    return readLineFile(join(dir, name), { kind, organisation, startTime })
  })
}

function isLineKind(text: string): text is LineKind {
  return Object.hasOwn(COLUMNS, text)
}

/** Reads one till or wallet file. Throws a plain error when it is not there or has another header. */
export function readLineFile(path: string, file: LineFile): DayLine[] {
  const remedy = 'Give the path of a file that tills or wallets export.'
  return parseLines(
    readOrExplain(path, remedy, () => readFileSync(path, 'utf8')),
    path,
    file,
  )
}

/** The lines of a file's text, the malformed ones too. `path` is for the message of the error. */
export function parseLines(text: string, path: string, file: LineFile): DayLine[] {
  const { kind, organisation, startTime } = file
  const columns = COLUMNS[kind]
  const [header, ...rows] = text.replace(/\n$/, '').split('\n')
  if (header !== columns.join(',')) {
    throw new PlainError(
      `${path} does not start with the line "${columns.join(',')}" (UTF-8, lines ended by \\n). Is it a file of ${kind}?`,
    )
  }
  let time = startTime
  return rows.map((row, index) => {
    const values = parseRecord(row)
    const ownTime = values?.[0] ?? ''
    const hasTime = isLocalTime(ownTime)
    if (hasTime) time = ownTime
    const isWhole = hasTime && values?.length === columns.length
    const fields = isWhole ? nameFields(columns, values) : undefined
    return { kind, organisation, line: index + 2, time, fields }
  })
}

function nameFields(
  columns: readonly string[],
  values: readonly string[],
): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {}
  for (const [index, column] of columns.entries()) fields[column] = values[index] ?? ''
  return fields
}

/** Puts lines of several files into the order of the day: time, organisation, kind, line number. */
export function inOrderOfDay(lines: readonly DayLine[]): DayLine[] {
  return lines.toSorted(
    (left, right) =>
      compare(left.time, right.time) ||
      compare(left.organisation, right.organisation) ||
      compare(left.kind, right.kind) ||
      left.line - right.line,
  )
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
