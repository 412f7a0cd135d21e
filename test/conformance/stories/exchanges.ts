import { expect, test } from 'vitest'
import {
  draft,
  moneyLine,
  pointsLine,
  signAgreement,
  terms,
} from '../../support/agreement-world.ts'
import { defineRate } from '../../support/exchange-world.ts'
import { payRequest, requestPayment } from '../../support/request-world.ts'
import { returnPurchase } from '../../support/return-world.ts'
import { accountOf, HUI, signed, STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { accepted, available, entryOf, purchase } from './requests.ts'

const SELLER = 'mall:m-seller'
const BUYER = 'bank:m-buyer'
const BROKER = 'airline:m-broker'
export const DEALERS = [SELLER, BUYER, BROKER]

const RATE = 'mall:star-for-hui'
const DEAL = 'mall:house'

/** Exchanges at a quote, agreements of three, requests to pay, goods that come back. */
export function exchangeStories(net: GetNetwork): void {
  test('points are exchanged at what was quoted, and at nothing else', async () => {
    await accepted(net(), 'mall', purchase(SELLER))
    expect((await net().post('bank', '/rates', defineRate(RATE, STAR, HUI))).status).toBe(201)
    const asked = { rates: [RATE], from: accountOf(SELLER), amount: '101' }
    const minBlock = String((await accepted(net(), 'mall', purchase(SELLER)))['blockNumber'])
    const quote = await net().post('mall', `/exchange-quotes?minBlock=${minBlock}`, asked)
    expect(quote.body).toMatchObject({ legs: [{ rate: RATE, receives: { amount: '151' } }] })
    const { quotedOn, pays } = quote.body
    const leg = (amount: string): object => ({ rate: RATE, receives: { asset: HUI, amount } })
    const exchange = (amount: string): object => {
      const account = accountOf(SELLER)
      const body = { from: account, to: account, pays, legs: [leg(amount)], quotedOn }
      return signed('ExchangePoints', SELLER, body)
    }
    const greedy = await net().post('mall', '/exchanges', exchange('152'))
    expect(greedy.body).toMatchObject({ code: 'QUOTE_CHANGED', detail: { gives: '151' } })
    // At a gateway that is not the account's: it goes to the mall's, which fills its lane first.
    const done = await net().post('airline', '/exchanges', exchange('151'))
    expect(done.status).toBe(201)
    expect(await available(net(), SELLER, done.body['blockNumber'], HUI)).toBe('151')
    const trial = await net().get(
      'bank',
      `/trial-balance?minBlock=${String(done.body['blockNumber'])}`,
    )
    expect(trial.body).toMatchObject({ balanced: true, generalEqualsDetail: true })
  })

  test('an agreement of three and a debtor takes effect with the last signature', async () => {
    await accepted(net(), 'mall', purchase(BUYER))
    const agreed = terms([
      pointsLine(SELLER, BUYER, HUI, 100),
      pointsLine(BUYER, SELLER, STAR, 200),
      pointsLine(BUYER, BROKER, STAR, 10),
      moneyLine('airline', 'mall', 5_000),
    ])
    expect((await net().post('mall', '/agreements', draft(DEAL, SELLER, agreed))).status).toBe(201)
    const sign = async (gateway: string, actor: string): Promise<Record<string, unknown>> => {
      const command = signAgreement(DEAL, actor, agreed)
      return (await net().post(gateway, '/agreements/signatures', command)).body
    }
    const signatures = [await sign('mall', SELLER), await sign('airline', 'airline:finance-1')]
    expect(signatures.map(({ entryHash }) => entryHash)).toEqual([undefined, undefined])
    const last = await sign('bank', BUYER)
    expect(last).toMatchObject({ status: 'accepted' })
    expect(last['entryHash']).toMatch(/^[0-9a-f]{64}$/)
    const path = `/agreements/${DEAL}?minBlock=${String(last['blockNumber'])}`
    expect((await net().get('airline', path)).body).toMatchObject({ status: 'executed' })
    expect(await available(net(), BROKER, last['blockNumber'])).toBe('10')
    expect(await available(net(), BUYER, last['blockNumber'], HUI)).toBe('100')
  })

  test('what is asked for is paid as it was asked for, once', async () => {
    const asks = { points: [{ asset: STAR, amount: '25' }], coupons: [] }
    const request = requestPayment('airline:fee', BROKER, BUYER, asks, { note: 'fee' })
    expect((await net().post('airline', '/payment-requests', request)).status).toBe(201)
    const pay = (amount: string): object =>
      payRequest('airline:fee', BUYER, BROKER, { points: [{ asset: STAR, amount }], coupons: [] })
    const less = await net().post('bank', '/payment-requests/payments', pay('24'))
    expect(less.body).toMatchObject({ code: 'REQUEST_DIFFERS' })
    const paid = await net().post('bank', '/payment-requests/payments', pay('25'))
    expect(paid.status).toBe(201)
    const again = await net().post('bank', '/payment-requests/payments', pay('25'))
    expect(again.body).toMatchObject({ code: 'REQUEST_CLOSED' })
    expect(await available(net(), BROKER, paid.body['blockNumber'])).toBe('35')
  })

  test('goods come back, and with them their points, but no more than was bought', async () => {
    const awarded = await accepted(net(), 'mall', purchase(SELLER))
    const before = BigInt(await available(net(), SELLER, awarded['blockNumber']))
    const { entry } = await entryOf(net(), 'mall', awarded)
    const back = await net().post('mall', '/returns', returnPurchase(entry as object, '2500'))
    expect(back.status).toBe(201)
    const after = BigInt(await available(net(), SELLER, back.body['blockNumber']))
    expect(before - after).toBe(250n)
    const more = await net().post('mall', '/returns', returnPurchase(entry as object, '7501'))
    expect(more.body).toMatchObject({ code: 'RETURN_EXCEEDS', detail: { left: '7500' } })
  })
}
