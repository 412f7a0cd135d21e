import { beforeEach, describe, expect, test } from 'vitest'
import type { SignedCommand } from '../../ledger/index.ts'
import { couponKey, ledgerKey } from '../../ledger/index.ts'
import { couponDayKey, orderKey, purchaseKey } from '../../ledger/keys.ts'
import { SETTLEMENT_ASSET } from '../../ledger/posting.ts'
import { balanceOf, booksOf, contradictions } from '../support/books.ts'
import { amendSeries, expireCoupons, LESS5, SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, BOB, FLASH, redeem, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import {
  BOBS,
  confirmOrder,
  couponsOf,
  FOOD,
  orderLedger,
  payOrder,
  pointsOf,
  refundOrder,
  releaseOrder,
  reserveOrder,
} from '../support/order-world.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const P = 'bank:p-1'

let ledger: MemoryLedger

beforeEach(async () => {
  ledger = await orderLedger()
})

/** Submits at the home of whoever acts, and checks that the books agree. */
async function told(...commands: readonly { readonly command: { actor: string } }[]) {
  const verdicts: string[] = []
  for (const command of commands) {
    const [home = ''] = command.command.actor.split(':')
    verdicts.push(verdict(await submitOne(ledger, home, command)))
    expect(contradictions(ledger)).toEqual([])
  }
  return verdicts.join(' ')
}

/** What a coupon has left, and its state. */
function coupon(series: string, serial: string): string {
  const { state, amount } = ledger.get(couponKey(series, serial)) ?? {}
  return `${state} ${String(amount)}`
}

/** What the bank has to get from an organisation in the current cycle, in micro-yuan. */
function owedToBank(debtor: string): bigint {
  const { date, number } = ledger.get(ledgerKey)?.cycle ?? { date: '', number: 0 }
  return balanceOf(booksOf(ledger), `3001/bank/${debtor}/${date}.${number}`, SETTLEMENT_ASSET)
}

/** The lots of Ann's points. */
function lotsOf(asset: string): string[] {
  const lots = booksOf(ledger).holdings.get(`${accountOf(ANN)} ${asset}`) ?? []
  return lots.map(({ amount, expires }) => `${String(amount)} until ${expires}`)
}

function lastEntry() {
  return ledger.entries().at(-1)
}

describe('an order that is paid at once', () => {
  test('takes coupons and points, and its funders owe the acceptor in the same entry', async () => {
    expect(await told(payOrder(P))).toBe('accepted')
    expect([coupon(LESS5, 'A-1'), coupon(SPRING, 'A-1')]).toEqual(['redeemed 0', 'redeemed 0'])
    // Half of the 5.00 is the mall's, the other half the bank's own; 50.00 and 1.00 are the mall's.
    expect(owedToBank('mall')).toBe((250n + 5000n + 100n) * 10_000n)
    expect(lastEntry()?.references).toEqual({
      purchase: P,
      acceptor: 'bank',
      store: 'S-1',
      order: 'O-bank-p-1',
    })
    expect(ledger.get(purchaseKey(P))).toMatchObject({ status: 'paid', paidFen: 5600n, keeps: [] })
  })

  test('by three funders is split by their shares, the rest with the last', async () => {
    const body = { coupons: couponsOf([FOOD, 'A-1']), points: [], paidFen: '3000' }
    expect(await told(payOrder(P, body))).toBe('accepted')
    const total = 30_000_000n
    expect(owedToBank('mall')).toBe((total * 2n) / 7n)
    expect(owedToBank('airline')).toBe(total - (total * 3n) / 7n - (total * 2n) / 7n)
  })

  test('says which fraction of a micro-yuan was dropped', async () => {
    await told(payOrder(P, { points: pointsOf(STAR, 301) }))
    expect(lastEntry()?.references['roundedDown']).toBe('1/3')
  })

  test('takes a part of a shopping coupon, which then goes on', async () => {
    const food = [{ category: 'food', amountFen: '1200' }]
    const small = {
      amountFen: '1200',
      items: food,
      coupons: couponsOf([SPRING, 'A-1']),
      points: [],
    }
    expect(await told(payOrder(P, { ...small, paidFen: '1200' }))).toBe('accepted')
    expect(coupon(SPRING, 'A-1')).toBe('held 3800')
    expect(await told(payOrder('bank:p-2', { ...small, paidFen: '1200' }))).toBe('accepted')
    expect(coupon(SPRING, 'A-1')).toBe('held 2600')
  })

  test('cannot be paid a second time with points, nor the other way round', async () => {
    await told(payOrder(P))
    const again = redeem(STAR, ANN, '1', { acceptor: 'bank', order: 'O-bank-p-1' })
    expect(await told(again)).toBe('ORDER_PAID')
    const bobs = payOrder('bank:p-2', { ...BOBS, order: 'O-bank-p-1' }, BOB)
    expect(await told(bobs)).toBe('accepted')
  })

  test('at two tills at once: one is paid, the other told why not', async () => {
    const [one, other] = [payOrder(P), payOrder('airline:p-1')]
    const { outcomes } = await ledger.submit('mall', [one, other], { fold: ledger.completeFold() })
    expect(outcomes.map(verdict)).toEqual(['accepted', 'COUPON_REDEEMED'])
  })
})

describe('an order that is reserved', () => {
  test('is confirmed as it was reserved, whatever has changed since', async () => {
    const reserved = reserveOrder(P, {
      coupons: couponsOf([SPRING, 'A-1'], [SPRING, 'A-2'], [SPRING, 'A-3']),
      paidFen: '12000',
      points: [],
    })
    expect(await told(reserved)).toBe('accepted')
    expect(coupon(SPRING, 'A-3')).toBe('reserved 5000')
    expect(owedToBank('mall')).toBe(0n)
    expect(await told(amendSeries(SPRING, { stopped: true }))).toBe('accepted')
    await rollTo(ledger, '2026-12-10')
    expect(await told(confirmOrder(P))).toBe('accepted')
    expect([coupon(SPRING, 'A-2'), coupon(SPRING, 'A-3')]).toEqual(['redeemed 0', 'held 3000'])
    expect(owedToBank('mall')).toBe(120_000_000n)
  })

  test('is released to the lots it came from, and can be paid again', async () => {
    const before = lotsOf(STAR)
    expect(await told(reserveOrder(P))).toBe('accepted')
    expect(lotsOf(STAR)).not.toEqual(before)
    expect(ledger.get(orderKey('bank', 'O-bank-p-1', accountOf(ANN)))).toBeDefined()
    expect(await told(releaseOrder(P))).toBe('accepted')
    expect(lotsOf(STAR)).toEqual(before)
    expect(coupon(SPRING, 'A-1')).toBe('held 5000')
    expect(await told(payOrder('bank:p-2', { order: 'O-bank-p-1' }))).toBe('accepted')
  })

  test('is due when its last day is over: anyone releases it, nobody confirms it', async () => {
    await told(reserveOrder(P, { holdUntil: '2026-12-02' }))
    await rollTo(ledger, '2026-12-02')
    expect(await told(releaseOrder(P, ANN))).toBe('NOT_DUE')
    await rollTo(ledger, '2026-12-03')
    expect(await told(confirmOrder(P), releaseOrder(P, BOB))).toBe('CONTRACT_PAST_DATE accepted')
  })

  test('ends with the first day on which something of it would expire', async () => {
    const flash = { points: pointsOf(FLASH, 30), paidFen: '5510' }
    expect(await told(reserveOrder(P, flash))).toBe('accepted')
    expect(ledger.get(purchaseKey(P))?.dueOn).toBe('2026-11-30')
    await rollTo(ledger, '2026-12-01')
    expect(await told(confirmOrder(P), releaseOrder(P, ANN))).toBe('CONTRACT_PAST_DATE accepted')
    expect(lotsOf(FLASH)).toEqual(['200 until 2026-11-30'])
  })

  test('keeps its coupons from another till and from being given away', async () => {
    await told(reserveOrder(P))
    expect(await told(payOrder('bank:p-2'))).toBe('COUPON_RESERVED')
    const coupons = couponsOf([SPRING, 'A-1'])
    const away = signed('TransferCoupons', ANN, {
      from: accountOf(ANN),
      to: accountOf(BOB),
      coupons,
    })
    expect(await told(away)).toBe('COUPON_RESERVED')
  })
})

function food(serial: string, purchase: string): SignedCommand {
  return reserveOrder(purchase, {
    coupons: couponsOf([FOOD, serial]),
    points: [],
    paidFen: '3000',
  })
}

/** On which day Ann last used coupons with a daily cap, and how many. */
function foodDay(): string {
  const { date, count } = ledger.get(couponDayKey(FOOD, accountOf(ANN))) ?? {}
  return `${date} ${count}`
}

describe('the cap of a day', () => {
  test('is given back by a release', async () => {
    expect(await told(food('A-1', P), food('A-2', 'bank:p-2'))).toBe('accepted DAILY_CAP_REACHED')
    expect(await told(releaseOrder(P), food('A-3', 'bank:p-3'))).toBe('accepted accepted')
  })

  test('is given back by a refund of the whole coupon, not of a part', async () => {
    await told(food('A-1', P), confirmOrder(P))
    await told(refundOrder(P, [[FOOD, 'A-1', 2999]]))
    expect(foodDay()).toBe('2026-11-30 1')
    await told(refundOrder(P, [[FOOD, 'A-1', 1]]))
    expect(foodDay()).toBe('2026-11-30 0')
  })

  test('begins anew on the next day, and a release of yesterday leaves it alone', async () => {
    await told(food('A-1', P))
    await rollTo(ledger, '2026-12-01')
    expect(await told(food('A-2', 'bank:p-2'), releaseOrder(P))).toBe('accepted accepted')
    expect(foodDay()).toBe('2026-12-01 1')
  })
})

describe('a refund', () => {
  test('in parts comes to the whole, to the fen and the micro-yuan', async () => {
    await told(payOrder(P, { points: pointsOf(STAR, 301) }))
    await rollTo(ledger, '2026-12-01')
    const paid = (250n + 5000n) * 10_000n + (301n * 10_000n) / 3n
    for (const [coupons, points] of [
      [[[SPRING, 'A-1', 1]], [[STAR, 100]]],
      [[[SPRING, 'A-1', 1999]], [[STAR, 100]]],
      [
        [
          [LESS5, 'A-1', 1],
          [SPRING, 'A-1', 3000],
        ],
        [[STAR, 101]],
      ],
    ] as const) {
      expect(await told(refundOrder(P, coupons, points))).toBe('accepted')
    }
    expect([coupon(LESS5, 'A-1'), coupon(SPRING, 'A-1')]).toEqual(['held 1', 'held 5000'])
    expect(owedToBank('mall')).toBe(-paid)
    expect(ledger.get(purchaseKey(P))?.status).toBe('refunded')
    expect(await told(refundOrder(P, [[SPRING, 'A-1', 1]]))).toBe('REFUND_EXCEEDS')
  })

  test('gives the last-expiring lots back first', async () => {
    await rollTo(ledger, '2026-12-01')
    const more = signed('IssuePoints', 'mall:till', {
      asset: STAR,
      to: accountOf(ANN),
      spendFen: '1000',
      receipt: 'R-later',
      store: 'S-1',
      funder: 'mall',
    })
    expect(await told(more)).toBe('accepted')
    const before = lotsOf(STAR)
    expect(before).toEqual(['450 until 2027-11-30', '100 until 2027-12-31'])
    await told(payOrder(P, { points: pointsOf(STAR, 510), paidFen: '5670' }))
    await told(refundOrder(P, [], [[STAR, 100]]))
    expect(lotsOf(STAR)).toEqual(['40 until 2027-11-30', '100 until 2027-12-31'])
    await told(refundOrder(P, [], [[STAR, 410]]))
    expect(lotsOf(STAR)).toEqual(before)
  })

  test('of what is past its date goes to what has expired', async () => {
    await told(payOrder(P, { points: pointsOf(FLASH, 30), paidFen: '5510' }))
    await rollTo(ledger, '2026-12-31')
    const refund = refundOrder(
      P,
      [
        [LESS5, 'A-1', 1],
        [SPRING, 'A-1', 5000],
      ],
      [[FLASH, 30]],
    )
    expect(await told(refund)).toBe('accepted')
    expect([coupon(LESS5, 'A-1'), coupon(SPRING, 'A-1')]).toEqual(['expired 1', 'expired 5000'])
    expect(lotsOf(FLASH)).toEqual(['170 until 2026-11-30'])
    expect(balanceOf(booksOf(ledger), '7105', SPRING)).toBe(-5000n)
    expect(balanceOf(booksOf(ledger), '7105', FLASH)).toBe(-30n)
    expect(owedToBank('mall')).toBe(-52_500_000n)
  })

  test('of a coupon whose rest has expired lets the rest be', async () => {
    const food = [{ category: 'food', amountFen: '1200' }]
    const small = {
      amountFen: '1200',
      items: food,
      coupons: couponsOf([SPRING, 'A-1']),
      points: [],
    }
    await told(payOrder(P, { ...small, paidFen: '1200' }))
    await rollTo(ledger, '2026-12-31')
    await told(refundOrder(P, [[SPRING, 'A-1', 200]]))
    expect(coupon(SPRING, 'A-1')).toBe('held 3800')
    await told(expireCoupons(SPRING, ['A-1']), refundOrder(P, [[SPRING, 'A-1', 1000]]))
    expect(coupon(SPRING, 'A-1')).toBe('expired 3800')
    expect(balanceOf(booksOf(ledger), '7105', SPRING)).toBe(-5000n)
  })

  test('of a part leaves the order paid: it is not paid again', async () => {
    await told(payOrder(P), refundOrder(P, [], [[STAR, 300]]))
    expect(await told(payOrder('bank:p-2', { order: 'O-bank-p-1' }))).toBe('ORDER_PAID')
  })

  test('of everything lets the order be paid again, once', async () => {
    await told(payOrder(P, { coupons: couponsOf([SPRING, 'A-1']), points: [], paidFen: '5000' }))
    await told(refundOrder(P, [[SPRING, 'A-1', 5000]]))
    expect(await told(payOrder('bank:p-2', { order: 'O-bank-p-1' }))).toBe('accepted')
    const points = redeem(STAR, ANN, '1', { acceptor: 'bank', order: 'O-bank-p-1' })
    expect(await told(points)).toBe('ORDER_PAID')
  })

  test('by finance staff of the acceptor', async () => {
    await told(payOrder(P))
    expect(await told(refundOrder(P, [], [[STAR, 1]], 'bank:finance-1'))).toBe('accepted')
  })
})
