import { beforeAll, expect, test } from 'vitest'
import { defineSeries, issueCoupons } from '../../support/coupon-world.ts'
import {
  couponsOf,
  payOrder,
  pointsOf,
  refundOrder,
  releaseOrder,
  reserveOrder,
} from '../../support/order-world.ts'
import { accountOf, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { purchase } from './requests.ts'
import type { Json } from './scene.ts'
import { Scene } from './scene.ts'

const YUN = 'bank:m-yun'
export const TILL_MEMBERS = [YUN]

/** Shopping coupons of 50.00 that the airline takes. */
const MEAL = 'bank:meal:fen'
/** The same, but only for toys. */
const TOYS = 'bank:toys:fen'
/** 5.00 off 300.00. */
const LARGE = 'bank:large:piece'
/** Shopping coupons that the airline does not take. */
const HERE = 'bank:here:fen'

const ORDER = {
  amountFen: '9000',
  items: [{ category: 'food', amountFen: '9000' }],
  from: accountOf(YUN),
}

/** A day at the airline's till. */
export function cashierStories(net: GetNetwork): void {
  const scene = new Scene(net)

  beforeAll(async () => {
    await scene.take('bank', '/series', defineSeries(MEAL))
    await scene.take('bank', '/series', defineSeries(TOYS, { categories: ['toys'] }))
    await scene.take('bank', '/series', defineSeries(LARGE, { minimumSpendFen: '30000' }))
    await scene.take('bank', '/series', defineSeries(HERE, { acceptors: ['bank'] }))
    for (const series of [MEAL, TOYS, LARGE, HERE]) {
      await scene.take('bank', '/coupons/issues', issueCoupons(series, YUN, ['Y-1', 'Y-2']))
    }
    await scene.take('mall', '/issues', purchase(YUN))
  })

  async function quote(coupons: Json['coupons'], points: number): Promise<Json> {
    const offered = { coupons, points: points === 0 ? [] : pointsOf(STAR, points) }
    return await scene.ask('airline', '/quotes', { acceptor: 'airline', ...ORDER, ...offered })
  }

  test('a quote says what applies, in which order, and why the rest does not', async () => {
    const all = couponsOf(
      [HERE, 'Y-1'],
      [TOYS, 'Y-1'],
      [LARGE, 'Y-1'],
      [MEAL, 'Y-2'],
      [MEAL, 'Y-1'],
    )
    const asked = await quote(all, 300)
    const told = (asked['coupons'] as Json[]).map(
      ({ series, serial, applies, fen, code }) =>
        `${String(series)} ${String(serial)} ${applies === true ? String(fen) : String(code)}`,
    )
    expect(told).toEqual([
      `${LARGE} Y-1 BELOW_MINIMUM_SPEND`,
      `${HERE} Y-1 NOT_ACCEPTED`,
      `${MEAL} Y-1 5000`,
      `${MEAL} Y-2 4000`,
      `${TOYS} Y-1 CATEGORY_NOT_COVERED`,
    ])
    expect(asked).toMatchObject({ paidFen: '9000', leftFen: '0' })
  })

  test('an order is put aside, let go, and paid otherwise; each order once', async () => {
    const offered = { coupons: couponsOf([MEAL, 'Y-1']), points: pointsOf(STAR, 300) }
    const { paidFen } = await quote(offered.coupons, 300)
    expect(paidFen).toBe('5100')
    const order = { ...ORDER, ...offered, paidFen, order: 'T-1' }
    const before = await scene.wallet(YUN)
    await scene.take('airline', '/orders/reservations', reserveOrder('airline:p-y1', order, YUN))
    expect(await scene.coupon(MEAL, 'Y-1')).toMatchObject({ state: 'reserved' })
    expect(await scene.points(YUN)).toBe(700)
    await scene.take('airline', '/orders/releases', releaseOrder('airline:p-y1'))
    expect(await scene.wallet(YUN)).toBe(before)
    await scene.take('airline', '/orders', payOrder('airline:p-y2', order, YUN))
    const again = payOrder('airline:p-y3', { ...order, coupons: couponsOf([MEAL, 'Y-2']) }, YUN)
    expect(await scene.verdict('airline', '/orders', again)).toBe('ORDER_PAID')
  })

  test('goods come back in parts, to the coupon and the points that paid; the rest stays paid', async () => {
    const foreign = refundOrder('airline:p-y2', [[MEAL, 'Y-1', 100]], [], 'mall:till')
    expect(await scene.verdict('airline', '/refunds', foreign)).toBe('NOT_AUTHORISED')
    const lots = await scene.lots(YUN)
    const expires = (await scene.coupon(MEAL, 'Y-1'))['expires']
    await scene.take('airline', '/refunds', refundOrder('airline:p-y2', [[MEAL, 'Y-1', 2000]]))
    await scene.take('airline', '/refunds', refundOrder('airline:p-y2', [], [[STAR, 120]]))
    expect(await scene.coupon(MEAL, 'Y-1')).toMatchObject({
      state: 'held',
      amount: '2000',
      expires,
    })
    expect((await scene.lots(YUN)).map((lot) => lot.expires)).toEqual(
      lots.map((lot) => lot.expires),
    )
    expect(await scene.points(YUN)).toBe(820)
    const rest = refundOrder('airline:p-y2', [[MEAL, 'Y-1', 3001]])
    expect(await scene.verdict('airline', '/refunds', rest)).toBe('REFUND_EXCEEDS')
    const orders = await scene.read('airline', `/orders?party=${accountOf(YUN)}`)
    const statuses = (orders['items'] as Json[]).map(({ id, status }) => [id, status])
    expect(statuses).toEqual([
      ['airline:p-y1', 'released'],
      ['airline:p-y2', 'paid'],
    ])
    expect(await scene.unbalanced()).toEqual([])
  })
}
