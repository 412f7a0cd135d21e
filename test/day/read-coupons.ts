import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { rationalOf, readTable } from './read-day.ts'
import type { Rational } from './read-day.ts'

/** A series of coupons as its file states it. */
export interface Series {
  readonly id: string
  readonly kind: 'face' | 'amount' | 'percent'
  /** Face value, what is taken off, or per cent. */
  readonly figure: bigint
  readonly cap: bigint
  readonly isWhole: boolean
  readonly minimum: bigint
  readonly window: readonly [from: string, until: string] | null
  readonly days: number
  readonly acceptors: readonly string[]
  readonly categories: readonly string[]
  readonly funders: readonly { readonly organisation: string; readonly share: bigint }[]
  readonly uses: readonly string[]
  readonly own: number
  readonly beside: readonly string[]
  readonly perMember: bigint | null
  readonly perDay: bigint | null
}

export interface Rate {
  readonly from: string
  readonly to: string
  readonly ratio: Rational
  readonly price: Rational
  readonly spread: { readonly party: string; readonly price: Rational } | null
  readonly validFrom: string
  readonly validUntil: string
  readonly perMember: bigint
  readonly isChainable: boolean
}

export interface Rush {
  readonly series: string
  readonly perMember: bigint
  readonly from: string
  readonly until: string
}

type Row = Record<string, string>

function rowsOf(dir: string, file: string): Row[] {
  return existsSync(join(dir, file)) ? readTable(dir, file) : []
}

export function wordsOf(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '')
}

function countOrNull(text = ''): bigint | null {
  return text === '' ? null : BigInt(text)
}

export function readSeries(dir: string): Map<string, Series> {
  return new Map(rowsOf(dir, 'series.csv').map((row) => [row['series'] ?? '', seriesOf(row)]))
}

function seriesOf(row: Row): Series {
  const [kind, figure = '0', third = ''] = wordsOf(row['value'])
  const [first = '', until] = wordsOf(row['validity'])
  const [own, ...beside] = wordsOf(row['stacking'])
  return {
    id: row['series'] ?? '',
    kind: kind as Series['kind'],
    figure: BigInt(figure),
    cap: kind === 'percent' ? BigInt(third) : 0n,
    isWhole: third === 'whole',
    minimum: BigInt(row['minimum_spend_fen'] ?? '0'),
    window: until === undefined ? null : [first, until],
    days: until === undefined ? Number(first) : 0,
    acceptors: wordsOf(row['acceptors']),
    categories: wordsOf(row['categories']),
    funders: wordsOf(row['funders']).map((word) => {
      const [organisation = '', share = '1'] = word.split('=')
      return { organisation, share: BigInt(share) }
    }),
    uses: wordsOf(row['uses']),
    own: Number(own),
    beside,
    perMember: countOrNull(row['per_member']),
    perDay: countOrNull(row['per_member_day']),
  }
}

export function readRates(dir: string): Map<string, Rate> {
  return new Map(
    rowsOf(dir, 'rates.csv').map((row): [string, Rate] => {
      const [party, price = '0/1'] = wordsOf(row['spread'])
      const rate = {
        from: row['from'] ?? '',
        to: row['to'] ?? '',
        ratio: rationalOf(row['to_per_from'] ?? ''),
        price: rationalOf(row['price_micro_yuan_per_point'] ?? ''),
        spread: party === undefined ? null : { party, price: rationalOf(price) },
        validFrom: row['valid_from'] ?? '',
        validUntil: row['valid_until'] ?? '',
        perMember: BigInt(row['cap_per_member_day'] ?? '0'),
        isChainable: row['chainable'] === 'yes',
      }
      return [row['rate'] ?? '', rate]
    }),
  )
}

export function readRushes(dir: string): Map<string, Rush> {
  return new Map(
    rowsOf(dir, 'rushes.csv').map((row): [string, Rush] => {
      const { series = '', per_member: perMember = '1', from = '', until = '' } = row
      return [row['rush'] ?? '', { series, perMember: BigInt(perMember), from, until }]
    }),
  )
}

/** The codes on paper, as `series code`. */
export function readCodes(dir: string): Set<string> {
  return new Set(rowsOf(dir, 'codes.csv').map(({ series = '', code = '' }) => `${series} ${code}`))
}
