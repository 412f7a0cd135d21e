import { amendSeries, LESS5, SPRING } from '../../support/coupon-world.ts'
import type { Fault, RefusalTable } from '../../support/faults.ts'
import { ANN, BOB, FLASH, redeem, rollTo } from '../../support/opened-ledger.ts'
import {
  ALONE,
  couponsOf,
  FOOD,
  LATER,
  orderBody,
  orderLedger,
  OWN,
  payOrder,
  pointsOf,
  reserveOrder,
  SHUT,
} from '../../support/order-world.ts'
import { basket, openGift } from '../../support/trade-world.ts'
import { HUI, STAR } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'
import { done } from './done-before.ts'

const PURCHASE = 'bank:p-base'

const OTHER = { coupons: couponsOf([SPRING, 'A-2']), points: [], paidFen: '5000' } as const

const NO_MORE = 'bank:p-other'

/** What is wrong with an order before its terms are looked at. */
const orderFaults: Fault[] = [
  { name: 'no such payer', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
  {
    name: 'no such points',
    code: 'ASSET_UNKNOWN',
    body: { points: pointsOf('mall:none:point', 300) },
  },
  {
    name: 'no such series',
    code: 'ASSET_UNKNOWN',
    body: { coupons: couponsOf(['mall:none:fen', 'A-1']) },
  },
  {
    name: 'no such coupon',
    code: 'COUPON_UNKNOWN',
    body: { coupons: couponsOf([SPRING, 'A-99']) },
  },
  {
    name: 'a purchase that there is',
    code: 'CONTRACT_EXISTS',
    before: done('mall', () => payOrder(PURCHASE, { ...OTHER, order: 'O-else' })),
  },
  { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
  { name: 'by the acceptor', code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
  { name: 'nothing', code: 'BASKET_EMPTY', body: { coupons: [], points: [] } },
  {
    name: 'points named twice',
    code: 'ASSET_TWICE',
    body: { points: [...pointsOf(STAR, 100), ...pointsOf(STAR, 200)] },
  },
  { name: 'items of less', code: 'ORDER_AMOUNT_DIFFERS', body: { amountFen: '12001' } },
  {
    name: 'an order that is paid with points',
    code: 'ORDER_PAID',
    before: done('mall', () => redeem(HUI, ANN, '1', { acceptor: 'bank', order: 'O-bank-p-base' })),
  },
  {
    name: 'an order that is paid',
    code: 'ORDER_PAID',
    before: done('mall', () => payOrder(NO_MORE, { ...OTHER, order: 'O-bank-p-base' })),
  },
  {
    name: 'an order that is reserved',
    code: 'ORDER_PAID',
    before: done('mall', () => reserveOrder(NO_MORE, { ...OTHER, order: 'O-bank-p-base' })),
  },
]

/** An offered coupon that does not apply. */
function inapplicable(
  name: string,
  code: Fault['code'],
  coupons: readonly (readonly [series: string, serial: string])[],
  more: Partial<Fault> = {},
): Fault {
  return { ...more, name, code, body: { ...more.body, coupons: couponsOf(...coupons) } }
}

const TOYS = { items: [{ category: 'toys', amountFen: '12000' }] } as const
const LITTLE = {
  amountFen: '2000',
  items: [{ category: 'food', amountFen: '2000' }],
} as const
const LITTLE_FOOD = {
  items: [
    { category: 'food', amountFen: '3999' },
    { category: 'toys', amountFen: '8001' },
  ],
} as const

/** By the terms of a coupon, or of points. */
const termFaults: Fault[] = [
  inapplicable("another's", 'NOT_COUPON_HOLDER', [[SPRING, 'B-1']]),
  inapplicable('reserved', 'COUPON_RESERVED', [[SPRING, 'A-2']], {
    before: done('mall', () => reserveOrder(NO_MORE, OTHER)),
  }),
  inapplicable('redeemed', 'COUPON_REDEEMED', [[SPRING, 'A-2']], {
    before: done('mall', () => payOrder(NO_MORE, OTHER)),
  }),
  inapplicable('given away', 'COUPON_GIFTED', [[SPRING, 'A-2']], {
    before: done('mall', () => openGift('mall:g-away', ANN, basket({}, ['A-2']))),
  }),
  inapplicable('of a series that was stopped', 'SERIES_STOPPED', [[SPRING, 'A-1']], {
    before: done('mall', () => amendSeries(SPRING, { stopped: true })),
  }),
  inapplicable('of another merchant', 'NOT_ACCEPTED', [[OWN, 'A-1']]),
  inapplicable('past its date', 'COUPON_PAST_DATE', [[SPRING, 'A-1']], {
    before: async (ledger) => await rollTo(ledger, '2026-12-31'),
  }),
  inapplicable('too early', 'COUPON_NOT_YET', [[LATER, 'A-1']]),
  inapplicable('on a day of no coupons', 'COUPON_BLACKED_OUT', [[SHUT, 'A-1']]),
  inapplicable('for no food', 'CATEGORY_NOT_COVERED', [[FOOD, 'A-1']], { body: TOYS }),
  inapplicable('for too little food', 'BELOW_MINIMUM_SPEND', [[FOOD, 'A-1']], {
    body: LITTLE_FOOD,
  }),
  inapplicable('for too little', 'BELOW_MINIMUM_SPEND', [[LESS5, 'A-1']], { body: LITTLE }),
  inapplicable('beside another', 'STACKING_REFUSED', [
    [ALONE, 'A-1'],
    [SPRING, 'A-1'],
  ]),
  inapplicable('a second one', 'STACKING_REFUSED', [
    [ALONE, 'A-1'],
    [ALONE, 'A-2'],
  ]),
  inapplicable('a second one today', 'DAILY_CAP_REACHED', [
    [FOOD, 'A-1'],
    [FOOD, 'A-2'],
  ]),
  inapplicable('one more today', 'DAILY_CAP_REACHED', [[FOOD, 'A-1']], {
    before: done('mall', () =>
      reserveOrder(NO_MORE, { coupons: couponsOf([FOOD, 'A-2']), points: [], paidFen: '3000' }),
    ),
  }),
  inapplicable(
    'used as a whole',
    'COUPON_EXCEEDS_ORDER',
    [
      [LESS5, 'A-1'],
      [LESS5, 'A-2'],
      [LESS5, 'A-3'],
      [FOOD, 'A-1'],
    ],
    { body: { amountFen: '4000', items: [{ category: 'food', amountFen: '4000' }] } },
  ),
  inapplicable(
    'nothing left',
    'NOTHING_LEFT_TO_PAY',
    [
      [SPRING, 'A-1'],
      [SPRING, 'A-2'],
    ],
    { body: { amountFen: '5000', items: [{ category: 'food', amountFen: '5000' }] } },
  ),
  inapplicable('beside points', 'STACKING_REFUSED', [[ALONE, 'A-1']]),
  {
    name: 'points that are worth more',
    code: 'POINTS_EXCEED_ORDER',
    body: { points: pointsOf(STAR, 19_503) },
  },
  { name: 'two points', code: 'NOTHING_LEFT_TO_PAY', body: { points: pointsOf(STAR, 2) } },
  { name: 'another total', code: 'QUOTE_CHANGED', body: { paidFen: '5601' } },
]

const shortFaults: Fault[] = [
  { name: 'credits that are not named', code: 'FOLD_INCOMPLETE', foldsNothing: true },
  {
    name: 'points past their date',
    code: 'POINTS_EXPIRED',
    body: { points: pointsOf(FLASH, 30), paidFen: '5510' },
    before: async (ledger) => await rollTo(ledger, '2026-12-01'),
  },
  {
    name: 'points that are pending',
    code: 'POINTS_PENDING',
    body: { points: pointsOf(STAR, 450), paidFen: '5650' },
  },
  {
    name: 'more than there is',
    code: 'INSUFFICIENT_POINTS',
    body: { points: pointsOf(STAR, 453), paidFen: '5651' },
  },
  {
    name: 'more than is held, away from home',
    code: 'SHORT_AWAY_FROM_HOME',
    body: { points: pointsOf(STAR, 600), paidFen: '5700' },
    call: { organisation: 'airline' },
  },
]

const payTable: RefusalTable = {
  base: {
    type: 'PayOrder',
    actor: ANN,
    organisation: 'mall',
    body: orderBody(PURCHASE),
    ledger: orderLedger,
  },
  faults: [
    { name: 'no items', code: 'COMMAND_MALFORMED', body: { items: [] } },
    {
      name: 'a coupon twice',
      code: 'COMMAND_MALFORMED',
      body: { coupons: couponsOf([SPRING, 'A-1'], [SPRING, 'A-1']) },
    },
    ...commonFaults(ANN),
    ...orderFaults,
    ...termFaults,
    ...shortFaults,
  ],
}

const reserveTable: RefusalTable = {
  base: {
    ...payTable.base,
    type: 'ReserveOrder',
    body: orderBody(PURCHASE, { holdUntil: '2026-11-30' }),
  },
  faults: [
    { name: 'no last day', code: 'COMMAND_MALFORMED', body: { holdUntil: '' } },
    ...commonFaults(ANN),
    ...orderFaults,
    { name: 'until yesterday', code: 'LAST_DAY_PAST', body: { holdUntil: '2026-11-29' } },
    { name: 'for 31 days', code: 'HOLD_TOO_LONG', body: { holdUntil: '2026-12-31' } },
    ...withLaterHold(termFaults),
    ...withLaterHold(shortFaults),
  ],
}

/** A fault that lets the business date roll needs a reservation that lasts until then. */
function withLaterHold(faults: readonly Fault[]): Fault[] {
  const rolled = ['COUPON_PAST_DATE', 'POINTS_EXPIRED']
  return faults.map((fault) =>
    rolled.includes(fault.code)
      ? { ...fault, body: { ...fault.body, holdUntil: '2026-12-31' } }
      : fault,
  )
}

export const ORDERS = [payTable, reserveTable]
