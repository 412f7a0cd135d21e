import { expect, test } from 'vitest'
import { DUE_LIMITS, DueWork } from '../../gateway/keeper/due-work.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks } from '../support/blocks.ts'
import { amendSeries, LESS5, SPRING } from '../support/coupon-world.ts'
import { gatewayApp, TOKEN } from '../support/gateway-app.ts'
import { ANN, BOB, issue, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import {
  ALONE,
  couponsOf,
  FOOD,
  handOutCoupons,
  orderBody,
  payOrder,
  pointsOf,
  refundOrder,
  reserveOrder,
} from '../support/order-world.ts'
import { accountOf, STAR } from '../support/world.ts'
import { ReadsApp } from './reads-app.ts'

/** Everybody has coupons, and Ann 1,000 STAR and 50 that come later. */
async function stockedBlocks(): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await handOutCoupons(ledger)
  await submitOne(ledger, 'mall', issue(STAR, ANN, '10000'))
  await submitOne(ledger, 'mall', issue(STAR, ANN, '500', { availableFrom: '2026-12-20' }))
  ledger.cut()
  return ledger
}

/** What a quote is asked for: an order without what makes it one. */
function asked(change: Record<string, unknown> = {}): Record<string, unknown> {
  const {
    purchase: _purchase,
    store: _store,
    order: _order,
    paidFen: _paid,
    ...facts
  } = orderBody('')
  return { acceptor: 'bank', ...facts, ...change }
}

test('a quote says what applies, in which order, and why the rest does not', async () => {
  const ledger = await stockedBlocks()
  const app = new ReadsApp(ledger.blocks)
  const coupons = couponsOf([SPRING, 'A-1'], [ALONE, 'A-1'], [FOOD, 'A-1'], [LESS5, 'A-1'])
  const { status, body } = await app.post('/quotes', asked({ coupons }))
  expect(status).toBe(200)
  expect(body).toEqual({
    asOfBlock: String(ledger.blocks.length - 1),
    quotedOn: '2026-11-30',
    acceptor: 'bank',
    from: accountOf(ANN),
    amountFen: '12000',
    paidFen: '8600',
    leftFen: '3400',
    coupons: [
      { series: LESS5, serial: 'A-1', applies: true, fen: '500' },
      {
        series: ALONE,
        serial: 'A-1',
        applies: false,
        fen: '0',
        code: 'STACKING_REFUSED',
        message: 'By the stacking rules this does not go with another coupon.',
        detail: { series: ALONE, serial: 'A-1', beside: LESS5 },
      },
      { series: FOOD, serial: 'A-1', applies: true, fen: '3000' },
      { series: SPRING, serial: 'A-1', applies: true, fen: '5000' },
    ],
    points: [{ asset: STAR, amount: '300', applies: true, fen: '100' }],
  })
})

test('what a quote says is what an order is paid with, until the terms change', async () => {
  const ledger = await stockedBlocks()
  const { body } = await new ReadsApp(ledger.blocks).post('/quotes', asked())
  const paidFen = String(body['paidFen'])
  expect(verdict(await submitOne(ledger, 'mall', payOrder('bank:p-1', { paidFen })))).toBe(
    'accepted',
  )
  ledger.cut()
  const spent = await new ReadsApp(ledger.blocks).post('/quotes', asked())
  expect(spent.body).toMatchObject({
    paidFen: '100',
    coupons: [{ code: 'COUPON_REDEEMED' }, { code: 'COUPON_REDEEMED' }],
  })
})

test('a quote knows what was used today, what is stopped and what is not held', async () => {
  const ledger = await stockedBlocks()
  const food = { coupons: couponsOf([FOOD, 'A-1']), points: [], paidFen: '3000' }
  await submitOne(ledger, 'mall', payOrder('bank:p-1', food))
  await submitOne(ledger, 'mall', amendSeries(SPRING, { stopped: true }))
  ledger.cut()
  const app = new ReadsApp(ledger.blocks)
  const coupons = couponsOf([FOOD, 'A-2'], [SPRING, 'A-1'], [SPRING, 'A-99'])
  const { body } = await app.post('/quotes', asked({ coupons, points: pointsOf(STAR, 1050) }))
  expect(body).toMatchObject({
    paidFen: '0',
    coupons: [
      { series: SPRING, serial: 'A-99', code: 'COUPON_UNKNOWN' },
      { series: FOOD, code: 'DAILY_CAP_REACHED' },
      { series: SPRING, serial: 'A-1', code: 'SERIES_STOPPED' },
    ],
    points: [{ code: 'POINTS_PENDING' }],
  })
})

test('a quote of what is no order is refused', async () => {
  const app = new ReadsApp((await stockedBlocks()).blocks)
  const codeOf = async (change: object): Promise<unknown> =>
    (await app.post('/quotes', { ...asked(), ...change })).body['code']
  expect(await codeOf({ from: 'mall:a-none' })).toBe('ACCOUNT_UNKNOWN')
  expect(await codeOf({ amountFen: '12001' })).toBe('ORDER_AMOUNT_DIFFERS')
  expect(await codeOf({ amountFen: '-1' })).toBe('REQUEST_MALFORMED')
  expect(await codeOf({ currency: 'EUR' })).toBe('REQUEST_MALFORMED')
})

test('orders can be read by member, merchant and status, with what was given back', async () => {
  const ledger = await stockedBlocks()
  await submitOne(ledger, 'mall', payOrder('bank:p-1'))
  const bobs = { coupons: couponsOf([SPRING, 'B-1']), points: [], paidFen: '5000' }
  await submitOne(ledger, 'bank', reserveOrder('mall:p-2', bobs, BOB))
  await submitOne(ledger, 'bank', refundOrder('bank:p-1', [[SPRING, 'A-1', 1500]], [[STAR, 100]]))
  ledger.cut()
  const app = new ReadsApp(ledger.blocks)
  const idsOf = async (query: string): Promise<unknown[]> =>
    (await app.list(`/orders${query}`)).items.map(({ id }) => id)
  expect(await idsOf('')).toEqual(['bank:p-1', 'mall:p-2'])
  expect(await idsOf(`?party=${accountOf(BOB)}`)).toEqual(['mall:p-2'])
  expect(await idsOf('?party=bank')).toEqual(['bank:p-1'])
  expect(await idsOf('?status=open')).toEqual(['mall:p-2'])
  const { body } = await app.get('/orders/bank:p-1')
  expect(body).toMatchObject({
    id: 'bank:p-1',
    status: 'paid',
    account: accountOf(ANN),
    acceptor: 'bank',
    amountFen: '12000',
    paidFen: '5600',
    coupons: [
      { series: LESS5, serial: 'A-1', amount: '1', fen: '500', refunded: '0' },
      { series: SPRING, serial: 'A-1', amount: '5000', fen: '5000', refunded: '1500' },
    ],
    points: [{ asset: STAR, lots: [{ expires: '2027-11-30', amount: '300' }], refunded: '100' }],
  })
  expect((await app.get('/orders/bank:p-none')).status).toBe(404)
})

test.each([
  ['/orders', 'PayOrder'],
  ['/orders/reservations', 'ReserveOrder'],
  ['/orders/confirmations', 'ConfirmOrder'],
  ['/orders/releases', 'ReleaseOrder'],
  ['/refunds', 'RefundOrder'],
])('POST %s takes a %s', async (url, type) => {
  const taken: unknown[] = []
  const app = await gatewayApp(async (value) => {
    taken.push(value)
    return await Promise.resolve({
      status: 'accepted',
      actor: 'bank:till',
      id: 'test-0001',
      replayed: false,
    })
  })
  const headers = { authorization: `Bearer ${TOKEN}` }
  const send = (sent: string) =>
    app.inject({ method: 'POST', url, headers, payload: { command: { type: sent }, proofs: [] } })
  expect((await send(type)).statusCode).toBeLessThan(300)
  expect((await send('TransferPoints')).json()).toMatchObject({ code: 'COMMAND_TYPE_MISMATCH' })
  expect(taken).toHaveLength(1)
})

test('the keeper of the acceptor ends what was reserved and never confirmed', async () => {
  const ledger = await stockedBlocks()
  await submitOne(ledger, 'mall', reserveOrder('bank:p-1'))
  await rollTo(ledger, '2026-12-11')
  ledger.cut()
  const { projection } = new ReadsApp(ledger.blocks)
  const dueAt = (organisation: string) =>
    new DueWork(
      organisation,
      {
        deltas: { crowded: () => [], names: () => [] },
        due: { walk: () => ({ holdings: [], next: 0 }) },
        contracts: projection.contracts,
        coupons: projection.coupons,
        account: () => undefined,
        ledger: () => projection.ledger(),
        organisations: () => ['airline', 'bank', 'mall'],
      },
      DUE_LIMITS,
    )
      .next()
      .filter(({ type }) => type === 'ReleaseOrder')
  expect(dueAt('mall')).toEqual([])
  expect(dueAt('bank')).toEqual([{ type: 'ReleaseOrder', body: { purchase: 'bank:p-1' } }])
})
