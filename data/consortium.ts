export const ORGANISATIONS = ['airline', 'bank', 'mall'] as const
export type Organisation = (typeof ORGANISATIONS)[number]

/** What tills and wallets do on every day. */
export const TILL_KINDS = ['earnings', 'redemptions', 'transfers'] as const
export type TillKind = (typeof TILL_KINDS)[number]

export const HUI = 'bank:hui:point'
export const STAR = 'mall:star:point'
export const FLASH = 'mall:flash:point'
export const MILE = 'airline:mile:point'

/** Which points an organisation's tills award, with the share of each in per cent, by the day. */
export const AWARDS: Record<
  Organisation,
  Record<'opening' | 'trading', readonly (readonly [asset: string, percent: number])[]>
> = {
  airline: { opening: [[MILE, 100]], trading: [[MILE, 100]] },
  bank: {
    opening: [
      [HUI, 80],
      [MILE, 20],
    ],
    trading: [
      [HUI, 80],
      [MILE, 20],
    ],
  },
  mall: {
    opening: [
      [FLASH, 50],
      [STAR, 42],
      [HUI, 8],
    ],
    trading: [
      [FLASH, 4],
      [STAR, 86],
      [HUI, 10],
    ],
  },
}

export const ACCEPTED: Record<Organisation, readonly string[]> = {
  airline: [MILE, HUI],
  bank: [HUI, STAR, MILE],
  mall: [STAR, FLASH, HUI],
}

export const TRANSFERABLE: readonly string[] = [HUI, STAR, MILE]

/** What a typical redemption or transfer moves, in points. */
export const TYPICAL_POINTS: Record<string, number> = {
  [HUI]: 60,
  [STAR]: 400,
  [FLASH]: 200,
  [MILE]: 30,
}

/** How an organisation trades: till lines of the day, stores, and the typical receipt in fen. */
export const TRADE: Record<
  Organisation,
  { lines: Record<TillKind, number>; stores: number; storePrefix: string; medianFen: number }
> = {
  airline: {
    lines: { earnings: 2_000, redemptions: 800, transfers: 600 },
    stores: 14,
    storePrefix: 'A-',
    medianFen: 62_000,
  },
  bank: {
    lines: { earnings: 4_600, redemptions: 1_000, transfers: 2_400 },
    stores: 30,
    storePrefix: 'B-',
    medianFen: 15_000,
  },
  mall: {
    lines: { earnings: 8_000, redemptions: 2_800, transfers: 1_500 },
    stores: 80,
    storePrefix: 'M-',
    medianFen: 8_800,
  },
}

const PROGRAMME_HEADER = [
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
]

/** The rows of programmes.csv, header first. */
export const PROGRAMME_ROWS: readonly (readonly string[])[] = [
  PROGRAMME_HEADER,
  [
    'bank',
    HUI,
    'Hui 惠积分',
    '1/1',
    '10000/3',
    '24',
    'yes',
    '1000000000000',
    'airline bank mall',
    'mall',
  ],
  ['mall', STAR, 'Star 星积分', '10/1', '1000/1', '12', 'yes', '1000000000000', 'bank mall', ''],
  ['mall', FLASH, 'Flash 闪积分', '5/1', '1000/1', '0', 'no', '1000000000000', 'mall', ''],
  [
    'airline',
    MILE,
    'Mile 里程',
    '1/3',
    '70000/3',
    '',
    'yes',
    '1000000000000',
    'airline bank',
    'bank',
  ],
]

export const TILL_HEADERS: Record<TillKind, readonly string[]> = {
  earnings: ['time', 'store', 'receipt', 'member', 'amount_fen', 'asset', 'available_from'],
  redemptions: ['time', 'store', 'order', 'member', 'asset', 'points'],
  transfers: ['time', 'from', 'to', 'asset', 'points', 'note'],
}
