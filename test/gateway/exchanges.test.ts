import { expect, test } from 'vitest'
import { boundSize } from '../../gateway/batching/bound-size.ts'
import { DUE_LIMITS, DueWork } from '../../gateway/keeper/due-work.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { defineRate, STAR_TO_HUI, withRates } from '../support/exchange-world.ts'
import { acceptAll, ANN, issue, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import { accountOf, HUI, signed, STAR } from '../support/world.ts'
import { ReadsApp, tradedBlocks } from './reads-app.ts'

/** The traded blocks, a day later, with rates and one that is not chainable. */
async function ratedBlocks(): Promise<BlockLedger> {
  const ledger = await tradedBlocks()
  await withRates(ledger)
  await acceptAll(ledger, 'mall', [
    defineRate('mall:later', STAR, HUI, { validFrom: '2026-12-24' }),
    defineRate('mall:short', STAR, HUI, { validUntil: '2026-12-01' }),
  ])
  ledger.cut()
  return ledger
}

test('a quote is what the exchange then posts', async () => {
  const ledger = await ratedBlocks()
  const app = new ReadsApp(ledger.blocks)
  const asked = { rates: [STAR_TO_HUI], from: accountOf(ANN), amount: '101' }
  const { status, body } = await app.post('/exchange-quotes', asked)
  expect(status).toBe(200)
  expect(body).toEqual({
    asOfBlock: String(ledger.blocks.length - 1),
    quotedOn: '2026-12-01',
    from: accountOf(ANN),
    pays: { asset: STAR, amount: '101' },
    legs: [
      {
        rate: STAR_TO_HUI,
        receives: { asset: HUI, amount: '151' },
        toPerFrom: { numerator: '3', denominator: '2' },
        pointsRoundedDown: '1/2',
        clearingMicroYuan: '503333',
        roundedDown: '1/3',
        spread: { party: 'airline', microYuan: '2157', roundedDown: '1/7' },
        leftOfDay: '100000',
      },
    ],
    lots: [{ expires: '2027-11-30', amount: '151' }],
  })
  const { quotedOn, from, pays, legs } = body as { legs: { rate: string; receives: object }[] } & {
    [key: string]: unknown
  }
  const signedLegs = legs.map(({ rate, receives }) => ({ rate, receives }))
  const made = signed('ExchangePoints', ANN, { from, to: from, pays, legs: signedLegs, quotedOn })
  expect(verdict(await submitOne(ledger, 'mall', made))).toBe('accepted')
  ledger.cut()
  const after = new ReadsApp(ledger.blocks)
  const again = await after.post('/exchange-quotes', asked)
  expect(again.body).toMatchObject({ legs: [{ leftOfDay: '99849' }] })
  const { holdings } = (await after.get(`/accounts/${accountOf(ANN)}`)).body as {
    holdings: { asset: string; available: string }[]
  }
  expect(holdings.find(({ asset }) => asset === HUI)).toMatchObject({ available: '151' })
  const { programmes } = (await after.get('/liability')).body as { programmes: object[] }
  expect(programmes).toContainEqual(
    expect.objectContaining({ asset: STAR, exchangedOut: '101', outstanding: '942' }),
  )
  expect((await after.get(`/programmes/${HUI}`)).body['budgetLeft']).toBe('999998000')
})

test('a quote says why an exchange would be refused', async () => {
  const ledger = await ratedBlocks()
  const app = new ReadsApp(ledger.blocks)
  const refusalOf = async (change: object): Promise<unknown> => {
    const asked = { rates: [STAR_TO_HUI], from: accountOf(ANN), amount: '101' }
    return (await app.post('/exchange-quotes', { ...asked, ...change })).body['code']
  }
  expect(await refusalOf({ rates: ['mall:none'] })).toBe('CONTRACT_UNKNOWN')
  expect(await refusalOf({ rates: ['mall:later'] })).toBe('RATE_NOT_YET')
  expect(await refusalOf({ rates: [STAR_TO_HUI, STAR_TO_HUI] })).toBe('RATES_UNFIT')
  expect(await refusalOf({ rates: [STAR_TO_HUI, 'bank:hui-to-star'] })).toBe('ASSET_TWICE')
  expect(await refusalOf({ from: 'mall:a-none' })).toBe('ACCOUNT_UNKNOWN')
  expect(await refusalOf({ amount: '99999' })).toBe('INSUFFICIENT_POINTS')
  expect(await refusalOf({ amount: '-1' })).toBe('REQUEST_MALFORMED')
})

test('rates are listed by party, and the keeper puts away those that are over', async () => {
  const ledger = await ratedBlocks()
  const app = new ReadsApp(ledger.blocks)
  const ids = (await app.list('/rates?party=airline')).items.map(({ id }) => id)
  expect(ids).toEqual([STAR_TO_HUI])
  expect((await app.get(`/rates/${STAR_TO_HUI}`)).body).toMatchObject({
    id: STAR_TO_HUI,
    status: 'open',
    rate: { numerator: '3', denominator: '2' },
    capPerDay: '100000',
  })
  expect(boundSize(`${STAR_TO_HUI}:2026-12-01`, app.projection)).toBe(100_000n)
  expect(boundSize(STAR, app.projection)).toBe(1_000_000_000n)
  await rollTo(ledger, '2026-12-02')
  await acceptAll(ledger, 'mall', [issue(STAR, ANN, '100')])
  ledger.cut()
  const { projection } = new ReadsApp(ledger.blocks)
  const work = new DueWork(
    'mall',
    {
      deltas: { crowded: () => [], names: () => [] },
      due: { walk: () => ({ holdings: [], next: 0 }) },
      contracts: projection.contracts,
      coupons: projection.coupons,
      account: () => undefined,
      ledger: () => projection.ledger(),
      organisations: () => ['mall'],
    },
    DUE_LIMITS,
  )
  expect(work.next()).toEqual([{ type: 'CloseRate', body: { rate: 'mall:short' } }])
})
