import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { BusinessDateText } from '../../ledger/index.ts'
import { readJsonFile } from '../json-file.ts'
import { PlainError, readOrExplain } from '../plain-error.ts'
import { parseRecord } from './csv-record.ts'
import type { DayLine } from './line-files.ts'
import { inOrderOfDay, readLineFiles } from './line-files.ts'

const DayText = Type.Object({
  seed: Type.Integer(),
  channel: Type.String(),
  openingDate: BusinessDateText,
  tradingDate: BusinessDateText,
})

const REMEDY = 'Give a folder as `node data/generate-day.ts` makes it; see data/README.md.'

const PROGRAMME_COLUMNS = [
  'issuer',
  'asset',
  'name',
  'points_per_yuan',
  'price_micro_yuan_per_point',
  'expires_after_months',
  'transferable',
  'budget',
  'acceptors',
  'partners',
] as const

const MEMBER_COLUMNS = ['time', 'member', 'home'] as const

/** A points programme as its file states it. */
export type ProgrammeRow = Readonly<Record<(typeof PROGRAMME_COLUMNS)[number], string>>

const SERIES_COLUMNS = [
  'series',
  'name',
  'value',
  'minimum_spend_fen',
  'validity',
  'blackouts',
  'acceptors',
  'categories',
  'funders',
  'uses',
  'stacking',
  'per_member',
  'per_member_day',
  'budget',
] as const

const CODE_COLUMNS = ['series', 'code'] as const

const RUSH_COLUMNS = ['rush', 'series', 'total', 'per_member', 'from', 'until'] as const

const RATE_COLUMNS = [
  'rate',
  'from',
  'to',
  'to_per_from',
  'price_micro_yuan_per_point',
  'spread',
  'valid_from',
  'valid_until',
  'cap_per_day',
  'cap_per_member_day',
  'chainable',
] as const

export type SeriesRow = Readonly<Record<(typeof SERIES_COLUMNS)[number], string>>

export type CodeRow = Readonly<Record<(typeof CODE_COLUMNS)[number], string>>

export type RushRow = Readonly<Record<(typeof RUSH_COLUMNS)[number], string>>

export type RateRow = Readonly<Record<(typeof RATE_COLUMNS)[number], string>>

export type MemberRow = Readonly<Record<(typeof MEMBER_COLUMNS)[number], string>>

/** What a folder of a trading day holds. */
export interface DayFiles {
  readonly seed: number
  readonly channel: string
  readonly openingDate: string
  readonly tradingDate: string
  readonly programmes: readonly ProgrammeRow[]
  readonly members: readonly MemberRow[]
  /** These are empty on a day without coupons and exchange rates. */
  readonly series: readonly SeriesRow[]
  readonly codes: readonly CodeRow[]
  readonly rushes: readonly RushRow[]
  readonly rates: readonly RateRow[]
  /** In the order of the day. */
  readonly lines: readonly DayLine[]
}

/** Reads the files of a trading day. Throws plain errors. */
export function readDayFiles(dir: string): DayFiles {
  const day = readJsonFile(join(dir, 'day.json'), DayText, REMEDY)
  const lines = readLineFiles(dir, `${day.openingDate}T00:00:00`)
  return {
    ...day,
    programmes: readTable(join(dir, 'programmes.csv'), PROGRAMME_COLUMNS),
    members: readTable(join(dir, 'members.csv'), MEMBER_COLUMNS),
    series: readTableIfThere(join(dir, 'series.csv'), SERIES_COLUMNS),
    codes: readTableIfThere(join(dir, 'codes.csv'), CODE_COLUMNS),
    rushes: readTableIfThere(join(dir, 'rushes.csv'), RUSH_COLUMNS),
    rates: readTableIfThere(join(dir, 'rates.csv'), RATE_COLUMNS),
    lines: inOrderOfDay(lines),
  }
}

function readTableIfThere<Column extends string>(
  path: string,
  columns: readonly Column[],
): Readonly<Record<Column, string>>[] {
  return existsSync(path) ? readTable(path, columns) : []
}

/** Unlike a till's line, a line of these files that cannot be read stops everything. */
function readTable<Column extends string>(
  path: string,
  columns: readonly Column[],
): Readonly<Record<Column, string>>[] {
  const text = readOrExplain(path, REMEDY, () => readFileSync(path, 'utf8'))
  const [header, ...rows] = text.replace(/\n$/, '').split('\n')
  if (header !== columns.join(',')) {
    throw new PlainError(`${path} does not start with the line "${columns.join(',')}". ${REMEDY}`)
  }
  return rows.map((row, index) => {
    const values = parseRecord(row)
    if (values?.length !== columns.length) {
      throw new PlainError(`Line ${index + 2} of ${path} has not ${columns.length} fields.`)
    }
    const named = columns.map((column, at) => [column, values[at] ?? ''])
    return Object.fromEntries(named) as Record<Column, string>
  })
}
