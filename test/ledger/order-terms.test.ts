import { describe, expect, test } from 'vitest'
import type { OfferedCoupon, OfferedPoints } from '../../ledger/index.ts'
import { evaluateOrder } from '../../ledger/order-terms.ts'
import {
  LESS,
  PERCENT,
  SHOP,
  STAR,
  TODAY,
  WHOLE,
  offer,
  order,
  points,
  series,
  told,
} from '../support/order-offers.ts'

describe('what is offered applies in one order, whichever way it is named', () => {
  const offered = [
    offer(SHOP, 'late', { expires: '2026-12-31' }),
    offer(PERCENT, 'percent'),
    offer(SHOP, 'early', { expires: '2026-12-15' }),
    offer(LESS, 'amount'),
  ]

  test.each([
    ['as it comes', offered],
    ['backwards', offered.toReversed()],
  ])('%s', (_name, coupons) => {
    // 15 % of the original 120.00 is 18.00, not of the 115.00 that are left.
    expect(told(evaluateOrder(order(['food', 12_000n]), coupons, [points(300n)]))).toEqual([
      'amount 500',
      'percent 1800',
      'early 5000',
      'late 4700',
      'mall:star:point NOTHING_LEFT_TO_PAY',
      'paid 12000',
    ])
  })
})

describe('what one coupon pays', () => {
  test.each([
    ['all of a shopping coupon', SHOP, 9000n, 'c 5000'],
    ['a part of it', SHOP, 1200n, 'c 1200'],
    ['one that is used as a whole', WHOLE, 5000n, 'c 5000'],
    ['one that is more than is to pay', WHOLE, 4999n, 'c COUPON_EXCEEDS_ORDER'],
    ['an amount off', LESS, 3000n, 'c 500'],
    ['no more off than there is to pay', LESS, 300n, 'c 300'],
    ['a percentage, rounded down', PERCENT, 1999n, 'c 299'],
    ['a percentage up to its cap', PERCENT, 99_999n, 'c 2000'],
    ['a percentage of next to nothing', PERCENT, 6n, 'c NOTHING_LEFT_TO_PAY'],
  ])('%s', (_name, terms, amount, expected) => {
    expect(told(evaluateOrder(order(['food', amount]), [offer(terms, 'c')], []))[0]).toBe(expected)
  })

  test('a coupon pays for its own categories only, and its minimum is of those', () => {
    const food = series('mall:food:fen', { categories: ['food'], minimumSpendFen: 2000n })
    const mixed = order(['toys', 7000n], ['food', 2500n])
    expect(told(evaluateOrder(mixed, [offer(food, 'c')], []))[0]).toBe('c 2500')
    const little = order(['toys', 7000n], ['food', 1999n])
    expect(told(evaluateOrder(little, [offer(food, 'c')], []))[0]).toBe('c BELOW_MINIMUM_SPEND')
    expect(told(evaluateOrder(order(['toys', 1n]), [offer(food, 'c')], []))[0]).toBe(
      'c CATEGORY_NOT_COVERED',
    )
  })

  test('what others have paid does not count against a minimum', () => {
    const from = series('mall:from:piece', { minimumSpendFen: 3000n })
    const coupons = [offer(LESS, 'a'), offer(from, 'b')]
    expect(told(evaluateOrder(order(['food', 3000n]), coupons, []))).toEqual([
      'b 500',
      'a 500',
      'paid 1000',
    ])
  })

  test('points pay their price, rounded down to a fen', () => {
    expect(told(evaluateOrder(order(['food', 100n]), [], [points(299n)]))).toEqual([
      'mall:star:point 99',
      'paid 99',
    ])
  })
})

describe('why one does not apply', () => {
  const cases: [string, OfferedCoupon, string][] = [
    ['no such series', { ...offer(SHOP, 'c'), terms: undefined }, 'ASSET_UNKNOWN'],
    ['no such coupon', { ...offer(SHOP, 'c'), coupon: undefined }, 'COUPON_UNKNOWN'],
    ["another's", offer(SHOP, 'c', { account: 'mall:a-bob' }), 'NOT_COUPON_HOLDER'],
    ['reserved', offer(SHOP, 'c', { state: 'reserved' }), 'COUPON_RESERVED'],
    ['redeemed', offer(SHOP, 'c', { state: 'redeemed' }), 'COUPON_REDEEMED'],
    ['stopped', offer({ ...SHOP, stopped: true }, 'c'), 'SERIES_STOPPED'],
    ['elsewhere', offer({ ...SHOP, acceptors: ['mall'] }, 'c'), 'NOT_ACCEPTED'],
    ['over', offer(SHOP, 'c', { expires: '2026-11-30' }), 'COUPON_PAST_DATE'],
    ['early', offer(SHOP, 'c', { validFrom: '2026-12-02' }), 'COUPON_NOT_YET'],
    [
      'blacked out',
      offer({ ...SHOP, blackouts: [{ from: TODAY, until: TODAY }] }, 'c'),
      'COUPON_BLACKED_OUT',
    ],
    ['one too many today', offer({ ...SHOP, perMemberDay: 2 }, 'c', {}, 2), 'DAILY_CAP_REACHED'],
  ]

  test.each(cases)('%s', (_name, offered, code) => {
    const evaluation = evaluateOrder(order(['food', 9000n]), [offered], [])
    expect(told(evaluation)).toEqual([`c ${code}`, 'paid 0'])
  })

  const pointsCases: [string, OfferedPoints, string][] = [
    ['no such points', points(3n, { programme: undefined }), 'ASSET_UNKNOWN'],
    ['elsewhere', points(3n, { programme: { ...STAR, acceptors: [] } }), 'NOT_ACCEPTED'],
    ['less than a fen', points(2n), 'NOTHING_LEFT_TO_PAY'],
    ['more than the order', points(303n), 'POINTS_EXCEED_ORDER'],
    ['not held', points(3n, { short: 'POINTS_PENDING' }), 'POINTS_PENDING'],
  ]

  test.each(pointsCases)('points: %s', (_name, offered, code) => {
    const evaluation = evaluateOrder(order(['food', 100n]), [], [offered])
    expect(told(evaluation)).toEqual([`mall:star:point ${code}`, 'paid 0'])
  })
})

describe('stacking', () => {
  const stacking = { ownPerOrder: 2, otherSeries: true, points: true }
  const two = series('mall:two:fen', { stacking })
  const alone = series('mall:alone:fen', { stacking: { ...stacking, otherSeries: false } })
  const cashOnly = series('mall:cash:fen', { stacking: { ...stacking, points: false } })

  test('of its own series so many, the first-expiring', () => {
    const coupons = ['a', 'b', 'c'].map((serial, at) =>
      offer(two, serial, { amount: 100n, expires: `2026-12-2${9 - at}` }),
    )
    expect(told(evaluateOrder(order(['food', 9000n]), coupons, []))).toEqual([
      'c 100',
      'b 100',
      'a STACKING_REFUSED',
      'paid 200',
    ])
  })

  test('not beside another series, whichever of both says so', () => {
    const later = { expires: '2027-01-01' }
    for (const [first, second] of [
      [alone, two],
      [two, alone],
    ] as const) {
      const coupons = [offer(first, 'a'), offer(second, 'b', later)]
      expect(told(evaluateOrder(order(['food', 99_000n]), coupons, []))).toEqual([
        'a 5000',
        'b STACKING_REFUSED',
        'paid 5000',
      ])
    }
  })

  test('not beside points', () => {
    const evaluation = evaluateOrder(order(['food', 9000n]), [offer(cashOnly, 'a')], [points(3n)])
    expect(told(evaluation)).toEqual(['a 5000', 'mall:star:point STACKING_REFUSED', 'paid 5000'])
  })

  test('the cap of a day counts what the order itself uses', () => {
    const capped = series('mall:capped:fen', { perMemberDay: 2 })
    const coupons = [offer(capped, 'a', {}, 1), offer(capped, 'b', {}, 1)]
    expect(told(evaluateOrder(order(['food', 99_000n]), coupons, []))).toEqual([
      'a 5000',
      'b DAILY_CAP_REACHED',
      'paid 5000',
    ])
  })
})
