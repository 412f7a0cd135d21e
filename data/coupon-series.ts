import { MILE, HUI, STAR } from './consortium.ts'
import type { Organisation } from './consortium.ts'

/** What the generator has to know of a series; the rest stands in its row. */
export interface Series {
  readonly id: string
  readonly issuer: Organisation
  /** What a shopping coupon is worth, what a deduction coupon takes off, or its cap. */
  readonly fen: bigint
  readonly kind: 'shopping' | 'amount' | 'percent'
  readonly percent: bigint
  readonly isWhole: boolean
  readonly minimum: bigint
  readonly firstDay: string
  readonly lastDay: string
  readonly acceptors: readonly Organisation[]
  readonly categories: readonly string[]
  readonly uses: readonly string[]
  readonly own: number
  readonly others: boolean
  readonly points: boolean
  readonly perMember: number
}

export const SERIES_HEADER = [
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
]

const ALL_USES = 'transfer gift auction'
const BUDGET = '1000000000000'

/** The rows of series.csv without their header. */
export const SERIES_ROWS: readonly (readonly string[])[] = [
  [
    'mall:lunch20:fen',
    'Lunch 午餐券',
    'face 2000 partial',
    '0',
    '30',
    '',
    'bank mall',
    '',
    'mall=1',
    ALL_USES,
    '3 others points',
    '',
    '',
    BUDGET,
  ],
  [
    'mall:gift100:fen',
    'Gift card 购物券',
    'face 10000 partial',
    '0',
    '2026-12-01 2026-12-31',
    '',
    'airline bank mall',
    '',
    'mall=3 bank=1',
    ALL_USES,
    '2 others points',
    '',
    '',
    BUDGET,
  ],
  [
    'bank:card50:fen',
    'Card 50 刷卡券',
    'face 5000 whole',
    '5000',
    '60',
    '',
    'airline mall',
    '',
    'bank=1',
    ALL_USES,
    '1 others points',
    '',
    '',
    BUDGET,
  ],
  [
    'mall:off5:piece',
    'Five off 立减券',
    'amount 500',
    '3000',
    '2026-12-01 2026-12-24',
    '2026-12-24/2026-12-24',
    'mall',
    'food',
    'bank=1 mall=2',
    ALL_USES,
    '1 others points',
    '',
    '2',
    BUDGET,
  ],
  [
    'mall:ten:piece',
    'Ten per cent 九折券',
    'percent 10 3000',
    '5000',
    '14',
    '',
    'mall',
    '',
    'mall=1',
    ALL_USES,
    '1 points',
    '',
    '',
    BUDGET,
  ],
  [
    'airline:upgrade:piece',
    'Upgrade 升舱券',
    'amount 8000',
    '20000',
    '90',
    '',
    'airline',
    'travel',
    'airline=1',
    'gift',
    '1 others points',
    '2',
    '',
    BUDGET,
  ],
  [
    'bank:coffee:fen',
    'Coffee 咖啡券',
    'face 1500 partial',
    '0',
    '7',
    '',
    'mall',
    'food',
    'bank=1',
    ALL_USES,
    '2 others',
    '',
    '',
    BUDGET,
  ],
  [
    'mall:today:piece',
    'Today only 今日券',
    'amount 300',
    '0',
    '2026-12-01 2026-12-01',
    '',
    'mall',
    '',
    'mall=1',
    ALL_USES,
    '1 others points',
    '',
    '',
    BUDGET,
  ],
  [
    'mall:xmas:fen',
    'Christmas 圣诞券',
    'face 3000 partial',
    '0',
    '2026-12-24 2026-12-31',
    '',
    'mall',
    '',
    'mall=1 airline=1',
    ALL_USES,
    '1 others points',
    '',
    '',
    BUDGET,
  ],
]

export const SERIES: readonly Series[] = SERIES_ROWS.map(seriesOf)

function seriesOf(row: readonly string[]): Series {
  const field = (column: string): string => row[SERIES_HEADER.indexOf(column)] ?? ''
  const [id, categories, stacking] = [field('series'), field('categories'), field('stacking')]
  const [kind, first = '0', second = ''] = field('value').split(' ')
  const [firstDay = '', lastDay] = field('validity').split(' ')
  const isPercent = kind === 'percent'
  return {
    id,
    issuer: id.slice(0, id.indexOf(':')) as Organisation,
    kind: kind === 'face' ? 'shopping' : isPercent ? 'percent' : 'amount',
    fen: BigInt(isPercent ? second : first),
    percent: isPercent ? BigInt(first) : 0n,
    isWhole: second === 'whole',
    minimum: BigInt(field('minimum_spend_fen')),
    firstDay: lastDay === undefined ? '' : firstDay,
    lastDay: lastDay ?? '9999-12-31',
    acceptors: field('acceptors').split(' ') as Organisation[],
    categories: categories === '' ? [] : categories.split(' '),
    uses: field('uses').split(' '),
    own: Number(stacking.split(' ')[0]),
    others: stacking.includes('others'),
    points: stacking.includes('points'),
    perMember: mostOf(field('per_member')),
  }
}

/** A cap, or any number where there is none. */
function mostOf(text: string): number {
  return text === '' ? Number.MAX_SAFE_INTEGER : Number(text)
}

/** How many codes on paper there are of each series that has some. */
const CODE_COUNTS: readonly (readonly [series: string, count: number])[] = [
  ['bank:coffee:fen', 300],
  ['mall:lunch20:fen', 360],
]

/** The rows of codes.csv, header first. */
export const CODE_ROWS: readonly (readonly string[])[] = [
  ['series', 'code'],
  ...CODE_COUNTS.flatMap(([series, count]) =>
    Array.from({ length: count }, (_, at) => [series, `K${String(at + 1).padStart(4, '0')}`]),
  ),
]

/** The rows of rushes.csv, header first. */
export const RUSH_ROWS: readonly (readonly string[])[] = [
  ['rush', 'series', 'total', 'per_member', 'from', 'until'],
  ['mall:r-breakfast', 'mall:off5:piece', '5000', '1', '2026-12-01', '2026-12-02'],
  ['mall:r-second', 'mall:lunch20:fen', '5000', '2', '2026-12-02', '2026-12-03'],
]

/** What the generator has to know of an exchange rate. */
export interface Rate {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly numerator: bigint
  readonly denominator: bigint
  readonly perMember: bigint
}

/** The rows of rates.csv, header first. */
export const RATE_ROWS: readonly (readonly string[])[] = [
  [
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
  ],
  [
    'mall:star-hui',
    STAR,
    HUI,
    '29/100',
    '10000/3',
    '',
    '2026-12-01',
    '2026-12-31',
    '100000000',
    '400',
    'yes',
  ],
  [
    'bank:hui-mile',
    HUI,
    MILE,
    '1/8',
    '70000/3',
    'bank 1000/1',
    '2026-12-01',
    '2026-12-31',
    '100000000',
    '100',
    'yes',
  ],
  [
    'mall:star-mile',
    STAR,
    MILE,
    '4/100',
    '70000/3',
    '',
    '2026-12-01',
    '2026-12-31',
    '100000000',
    '150',
    'no',
  ],
  [
    'airline:mile-hui',
    MILE,
    HUI,
    '6/1',
    '10000/3',
    'mall 500/3',
    '2026-12-02',
    '2026-12-31',
    '100000000',
    '1000',
    'no',
  ],
]

export const RATES: readonly Rate[] = RATE_ROWS.slice(1).map((row) => {
  const [id = '', from = '', to = '', ratio = '', , , , , , perMember = '0'] = row
  const [numerator = '0', denominator = '1'] = ratio.split('/')
  return {
    id,
    from,
    to,
    numerator: BigInt(numerator),
    denominator: BigInt(denominator),
    perMember: BigInt(perMember),
  }
})
