import { expect, test } from 'vitest'
import {
  amendSeries,
  claimCoupon,
  defineSeries,
  issueCoupons,
  registerClaimCodes,
  voidCoupons,
} from '../../support/coupon-world.ts'
import { couponsOf } from '../../support/order-world.ts'
import { accountOf } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { Scene } from './scene.ts'

const ZOE = 'airline:m-zoe'
export const CUSTOMERS = [ZOE]

const SERIES = 'mall:opening:fen'
/** Four coupons of 50.00. */
const TERMS = { budget: '20000', acceptors: ['mall'] }

/** A merchant's series of coupons, from its terms to its books. */
export function merchantStories(net: GetNetwork): void {
  const scene = new Scene(net)

  test('a series is issued up to its budget, by staff and by codes on paper', async () => {
    await scene.take('mall', '/series', defineSeries(SERIES, TERMS))
    await scene.take('mall', '/coupons/issues', issueCoupons(SERIES, ZOE, ['Z-1', 'Z-2']))
    await scene.take('mall', '/claim-codes', registerClaimCodes(SERIES, [71, 72, 73]))
    await scene.take('airline', '/claims', claimCoupon(SERIES, 71, ZOE))
    await scene.take('airline', '/claims', claimCoupon(SERIES, 72, ZOE))
    const paper = claimCoupon(SERIES, 73, ZOE)
    expect(await scene.verdict('airline', '/claims', paper)).toBe('BUDGET_EXHAUSTED')
    const more = issueCoupons(SERIES, ZOE, ['Z-3'])
    expect(await scene.verdict('mall', '/coupons/issues', more)).toBe('BUDGET_EXHAUSTED')
    expect(await scene.read('bank', `/series/${SERIES}`)).toMatchObject({
      budgetLeft: '0',
      coupons: { held: 4, redeemed: 0 },
    })
  })

  test('it gets more acceptors, is stopped at every till at once, and goes on', async () => {
    const wider = { ...TERMS, acceptors: ['airline', 'mall'] }
    await scene.take('mall', '/series/amendments', amendSeries(SERIES, wider))
    const stopped = { ...wider, stopped: true }
    await scene.take('mall', '/series/amendments', amendSeries(SERIES, stopped))
    const order = {
      acceptor: 'airline',
      from: accountOf(ZOE),
      amountFen: '6000',
      items: [{ category: 'food', amountFen: '6000' }],
      coupons: couponsOf([SERIES, 'Z-1']),
      points: [],
    }
    const refused = await scene.ask('airline', '/quotes', order)
    expect(refused['coupons']).toMatchObject([{ applies: false, code: 'SERIES_STOPPED' }])
    await scene.take('mall', '/series/amendments', amendSeries(SERIES, wider))
    const applies = await scene.ask('airline', '/quotes', order)
    expect(applies['coupons']).toMatchObject([{ applies: true, fen: '5000' }])
  })

  test('two of its finance staff make coupons void, and the books say so', async () => {
    await scene.take('mall', '/coupons/voids', voidCoupons(SERIES, ['Z-2']))
    expect(await scene.coupon(SERIES, 'Z-2')).toMatchObject({ state: 'void' })
    expect(await scene.read('mall', `/series/${SERIES}`)).toMatchObject({
      coupons: { held: 3, void: 1 },
    })
    expect(await scene.unbalanced()).toEqual([])
  })
}
