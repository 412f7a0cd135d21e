import { expect, test } from 'vitest'
import { signCommand } from '../../../cli/wallet.ts'
import type { SignedCommand } from '../../../ledger/index.ts'
import { defineSeries, issueCoupons, transferCoupons } from '../../support/coupon-world.ts'
import { defineRate } from '../../support/exchange-world.ts'
import { couponsOf, payOrder, pointsOf, refundOrder } from '../../support/order-world.ts'
import { claimGift, openGift } from '../../support/trade-world.ts'
import { accountOf, command, HUI, signed, STAR, walletOf } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { purchase, transfer } from './requests.ts'
import type { Json } from './scene.ts'
import { Scene } from './scene.ts'

const ADA = 'mall:m-ada'
const BEA = 'bank:m-bea'
export const STAYERS = [ADA, BEA]

/** Coupons of 50.00 that are good for 30 days from when they are received. */
const LONG = 'mall:long:fen'
/** Coupons of 50.00 that are good only on the day on which they are received. */
const TODAY = 'mall:today:fen'
const RATE = 'mall:eve-rate'
const LAST_DAY = '2026-12-30'

const FIRST = '2026-11-30'
const SECOND = '2026-12-01'
const THIRD = '2026-12-02'

/** The gateways’ keepers look every two seconds, a loaded machine later. */
const KEEPER = { timeout: 120_000, interval: 250 }
const LIMIT_MS = 150_000

/** What members have when the first day ends, for the days after it. */
export function eveStories(net: GetNetwork): void {
  const scene = new Scene(net)

  test('members go into the next day with coupons, points, an order, a gift and a quote', async () => {
    await scene.take('mall', '/series', defineSeries(LONG))
    const day = { validity: { kind: 'days', days: 0 } }
    await scene.take('mall', '/series', defineSeries(TODAY, day))
    const serials = ['E-1', 'E-2', 'E-3', 'E-4']
    for (const series of [LONG, TODAY]) {
      await scene.take('mall', '/coupons/issues', issueCoupons(series, ADA, serials))
    }
    await scene.take('mall', '/issues', purchase(ADA))
    await scene.take('mall', '/rates', defineRate(RATE, STAR, HUI))
    const order = {
      amountFen: '10000',
      items: [{ category: 'food', amountFen: '10000' }],
      coupons: couponsOf([LONG, 'E-4'], [TODAY, 'E-4']),
      points: [],
      paidFen: '10000',
    }
    await scene.take('airline', '/orders', payOrder('airline:p-eve', order, ADA))
    const content = { points: pointsOf(STAR, 100), coupons: couponsOf([LONG, 'E-3']) }
    const gift = openGift('mall:g-eve', ADA, content, { returnsAfter: SECOND })
    await scene.take('mall', '/gifts', gift)
    expect(await scene.coupon(LONG, 'E-1')).toMatchObject({ expires: LAST_DAY })
    expect(await scene.points(ADA)).toBe(900)
  })
}

/** What becomes of it on the days after; these come last, since the date never goes back. */
export function daysAfterStories(net: GetNetwork): void {
  const scene = new Scene(net)

  test('the next day has begun', async () => {
    expect(await scene.read('mall', '/ledger')).toMatchObject({ businessDate: SECOND })
  })

  test('a quote of yesterday is worth nothing, nor is a payment that was signed for then', async () => {
    const before = await scene.wallet(ADA)
    const account = accountOf(ADA)
    const legs = [{ rate: RATE, receives: { asset: HUI, amount: '150' } }]
    const pays = { asset: STAR, amount: '100' }
    const body = { from: account, to: account, pays, legs, quotedOn: FIRST }
    const exchange = signed('ExchangePoints', ADA, body)
    expect(await scene.verdict('mall', '/exchanges', exchange)).toBe('QUOTE_EXPIRED')
    // The same again, be it by another gateway, is told the same for good.
    expect(await scene.verdict('bank', '/exchanges', exchange)).toBe('QUOTE_EXPIRED')
    const late = signed('PayOrder', ADA, orderBody('airline:p-late', LONG), { notAfter: FIRST })
    expect(await scene.verdict('airline', '/orders', late)).toBe('COMMAND_EXPIRED')
    expect(await scene.wallet(ADA)).toBe(before)
  })

  test('no transfer, gift or order gives a coupon or points another date', async () => {
    const dates = async (): Promise<unknown[]> => {
      const coupons = [await scene.coupon(LONG, 'E-1'), await scene.coupon(LONG, 'E-2')]
      return coupons.map(({ expires }) => expires)
    }
    const sent = transferCoupons(LONG, ADA, BEA, ['E-1'])
    await scene.take('mall', '/coupons/transfers', sent)
    await scene.take('bank', '/coupons/transfers', transferCoupons(LONG, BEA, ADA, ['E-1']))
    const content = { points: pointsOf(STAR, 100), coupons: couponsOf([LONG, 'E-2']) }
    await scene.take('mall', '/gifts', openGift('mall:g-date', ADA, content))
    await scene.take('bank', '/gifts/claims', claimGift('mall:g-date', BEA))
    expect(await dates()).toEqual([LAST_DAY, LAST_DAY])
    await scene.take('mall', '/transfers', transfer(ADA, BEA, '50'))
    await scene.take('mall', '/issues', purchase(BEA))
    // Points of November keep their month beside those of December.
    expect(await scene.lots(BEA)).toMatchObject([
      { expires: '2027-11-30', amount: '150' },
      { expires: '2027-12-31', amount: '1000' },
    ])
  })

  test('nor does an exchange: what is received lasts no longer than what was given', async () => {
    const account = accountOf(ADA)
    const asked = { rates: [RATE], from: account, amount: '100' }
    const quote = await scene.ask('mall', '/exchange-quotes', asked)
    expect(quote).toMatchObject({ lots: [{ expires: '2027-11-30', amount: '150' }] })
    const legs = [{ rate: RATE, receives: { asset: HUI, amount: '150' } }]
    const pays = { asset: STAR, amount: '100' }
    const body = { from: account, to: account, pays, legs, quotedOn: SECOND }
    await scene.take('mall', '/exchanges', signed('ExchangePoints', ADA, body))
    expect(await scene.lots(ADA, HUI)).toMatchObject([{ expires: '2027-11-30', amount: '150' }])
  })

  test('a coupon past its date is neither spent nor passed on', async () => {
    const sent = transferCoupons(TODAY, ADA, BEA, ['E-1'])
    expect(await scene.verdict('mall', '/coupons/transfers', sent)).toBe('COUPON_PAST_DATE')
    const order = signed('PayOrder', ADA, orderBody('airline:p-past', TODAY))
    expect(await scene.verdict('airline', '/orders', order)).toBe('COUPON_PAST_DATE')
  })

  test('a refund goes back with the old date, and what is past it expires', async () => {
    const parts = refundOrder('airline:p-eve', [
      [LONG, 'E-4', 5000],
      [TODAY, 'E-4', 5000],
    ])
    await scene.take('airline', '/refunds', parts)
    expect(await scene.coupon(LONG, 'E-4')).toMatchObject({ state: 'held', expires: LAST_DAY })
    expect(await scene.coupon(TODAY, 'E-4')).not.toMatchObject({ state: 'held' })
    expect(await expired(LONG, TODAY)).toEqual(['0', '5000'])
  })

  test(
    'on the day after, the gateway of the home gives back the gift and books out the coupons',
    async () => {
      const lots = await scene.lots(ADA)
      await scene.take('mall', '/commands', roll(SECOND, THIRD))
      const gift = async (): Promise<unknown> =>
        (await scene.read('mall', '/gifts/mall:g-eve'))['status']
      await expect.poll(gift, KEEPER).toBe('returned')
      expect(await scene.coupon(LONG, 'E-3', 'mall')).toMatchObject({
        state: 'held',
        account: accountOf(ADA),
        expires: LAST_DAY,
      })
      const had = Number(lots[0]?.amount ?? '0')
      expect(await scene.lots(ADA)).toMatchObject([
        { expires: '2027-11-30', amount: String(had + 100) },
      ])
      const states = async (): Promise<unknown[]> =>
        await Promise.all(
          ['E-1', 'E-2', 'E-3'].map(
            async (serial) => (await scene.coupon(TODAY, serial, 'mall'))['state'],
          ),
        )
      await expect.poll(states, KEEPER).toEqual(['expired', 'expired', 'expired'])
    },
    LIMIT_MS,
  )

  test('the books balance at every gateway, with all that was issued, spent and lost', async () => {
    const { asOfBlock } = await scene.read('mall', '/ledger')
    scene.saw(asOfBlock)
    expect(await scene.unbalanced()).toEqual([])
    expect(await expired(LONG, TODAY)).toEqual(['0', '20000'])
  })

  /** What has expired of each series, as the general ledger has it. */
  async function expired(...series: readonly string[]): Promise<unknown[]> {
    const rows = (await scene.read('airline', '/trial-balance'))['rows'] as Json[]
    const lost = rows.filter(({ code }) => code === '7105')
    return series.map((one) => lost.find(({ asset }) => asset === one)?.['balance'] ?? '0')
  }
}

/** An order that one coupon of Ada’s pays. */
function orderBody(purchaseId: string, series: string): Json {
  const coupons = couponsOf([series, 'E-1'])
  const order = { coupons, points: [], amountFen: '5000', paidFen: '5000' }
  const items = [{ category: 'food', amountFen: '5000' }]
  return payOrder(purchaseId, { ...order, items }, ADA).command.body
}

function roll(from: string, to: string): SignedCommand {
  const body = { from: { date: from, number: 1 }, to: { date: to, number: 1 } }
  const signers = ['mall:finance-1', 'bank:finance-1']
  return signCommand(command('RollBusinessDate', 'mall:finance-1', body), ...signers.map(walletOf))
}
