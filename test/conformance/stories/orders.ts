import { beforeAll, expect, test } from 'vitest'
import { defineSeries, issueCoupons } from '../../support/coupon-world.ts'
import type { Named } from '../../support/order-world.ts'
import {
  confirmOrder,
  couponsOf,
  payOrder,
  pointsOf,
  refundOrder,
  reserveOrder,
} from '../../support/order-world.ts'
import { accountOf, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, available, purchase } from './requests.ts'

const SHOPPER = 'mall:m-shopper'
export const SHOPPERS = [SHOPPER]

const FACE = 'mall:table:fen'
const OFF = 'bank:minus:piece'

type Json = Readonly<Record<string, unknown>>

/** An order of the shopper's at the bank, of 120.00, as it is asked for and as it is signed. */
function orderOf(coupons: readonly Named[], points: number): Json {
  const { amountFen, items, from } = payOrder('bank:any', {}, SHOPPER).command.body as Json
  return {
    amountFen,
    items,
    from,
    coupons: couponsOf(...coupons),
    points: points === 0 ? [] : pointsOf(STAR, points),
  }
}

/** Orders at a till, from the quote to the refund. */
export function orderStories(net: GetNetwork): void {
  let stocked: unknown

  beforeAll(async () => {
    await accepted(net(), 'mall', defineSeries(FACE, { budget: '100000' }))
    const funders = ['bank', 'mall'].map((organisation) => ({ organisation, share: 1 }))
    await accepted(net(), 'bank', defineSeries(OFF, { budget: '100', funders }))
    const serials = ['T-1', 'T-2', 'T-3', 'T-4']
    await accepted(net(), 'mall', issueCoupons(FACE, SHOPPER, serials))
    await accepted(net(), 'bank', issueCoupons(OFF, SHOPPER, serials))
    stocked = (await accepted(net(), 'mall', purchase(SHOPPER)))['blockNumber']
  })

  async function couponAt(series: string, serial: string, minBlock: unknown): Promise<Json> {
    const path = `/coupons/${series}/${serial}?minBlock=${String(minBlock)}`
    return (await net().get('airline', path)).body
  }

  test('a quote is paid at another gateway, and given back in part', async () => {
    const order = orderOf(
      [
        [FACE, 'T-1'],
        [OFF, 'T-1'],
      ],
      300,
    )
    const path = `/quotes?minBlock=${String(stocked)}`
    const quote = await net().post('bank', path, { acceptor: 'bank', ...order })
    expect([quote.status, quote.body['paidFen'], quote.body['leftFen']]).toEqual([
      200,
      '5600',
      '6400',
    ])
    const paidFen = String(quote.body['paidFen'])
    const paid = await net().post(
      'airline',
      '/orders',
      payOrder('bank:p-story', { ...order, paidFen }, SHOPPER),
    )
    expect(paid.status).toBe(201)
    const parts = refundOrder('bank:p-story', [[FACE, 'T-1', 2000]], [[STAR, 100]])
    const refund = await net().post('mall', '/refunds', parts)
    expect(refund.status).toBe(201)
    const block = refund.body['blockNumber']
    expect(await couponAt(FACE, 'T-1', block)).toMatchObject({ state: 'held', amount: '2000' })
    expect(await available(net(), SHOPPER, block)).toBe('800')
    const read = await net().get('airline', `/orders/bank:p-story?minBlock=${String(block)}`)
    expect(read.body).toMatchObject({ status: 'paid', acceptor: 'bank', paidFen: '5600' })
    const books = await net().get('bank', `/trial-balance?minBlock=${String(block)}`)
    expect(books.body).toMatchObject({ balanced: true, generalEqualsDetail: true })
    const again = refundOrder('bank:p-story', [[OFF, 'T-1', 1]], [[STAR, 201]])
    expect((await net().post('bank', '/refunds', again)).body['code']).toBe('REFUND_EXCEEDS')
  })

  test('one coupon at two tills at the same moment pays once', async () => {
    const order = { ...orderOf([[FACE, 'T-2']], 0), paidFen: '5000' }
    const answers = await Promise.all(
      // Both of one acceptor, so that the books do not tell which was first.
      ['bank', 'airline'].map(async (at) => {
        const payment = payOrder(`bank:p-moment-${at}`, order, SHOPPER)
        return await net().post(at, '/orders', payment)
      }),
    )
    const verdicts = answers.map(({ body }) => String(body['code'] ?? body['status'])).sort()
    expect(verdicts).toEqual(['COUPON_REDEEMED', 'accepted'])
  })

  test('what is reserved is confirmed by the cashier, and by nobody else', async () => {
    const order = { ...orderOf([[FACE, 'T-3']], 3), paidFen: '5001' }
    const kept = reserveOrder('bank:p-kept', order, SHOPPER)
    const reserved = await net().post('mall', '/orders/reservations', kept)
    expect(reserved.status).toBe(201)
    const { blockNumber } = reserved.body
    expect(await couponAt(FACE, 'T-3', blockNumber)).toMatchObject({ state: 'reserved' })
    const list = `/orders?party=${accountOf(SHOPPER)}&status=open&minBlock=${String(blockNumber)}`
    expect((await net().get('mall', list)).body['items']).toMatchObject([{ id: 'bank:p-kept' }])
    const elsewhere = confirmOrder('bank:p-kept', 'mall:till')
    const refused = await net().post('mall', '/orders/confirmations', elsewhere)
    expect(refused.body['code']).toBe('NOT_AUTHORISED')
    const taken = await net().post('bank', '/orders/confirmations', confirmOrder('bank:p-kept'))
    expect(taken.status).toBe(201)
    expect(await couponAt(FACE, 'T-3', taken.body['blockNumber'])).toMatchObject({
      state: 'redeemed',
    })
  })
}
