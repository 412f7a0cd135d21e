import { expect, test } from 'vitest'
import { quotaPoolKey, seriesKey } from '../../ledger/index.ts'
import { signCommand } from '../../cli/wallet.ts'
import {
  amendSeries,
  defineSeries,
  giveCoupons,
  issueCoupons,
  LESS5,
  openSeries,
  SPRING,
} from '../support/coupon-world.ts'
import {
  acceptAll,
  ANN,
  openedLedger,
  refill,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import { walletOf } from '../support/world.ts'

const XMAS = { from: '2026-12-24', until: '2026-12-26' }
const EVE = { from: '2026-12-31', until: '2026-12-31' }
const TERMS = { acceptors: ['mall', 'bank'], blackouts: [XMAS, EVE], categories: ['food'] }

test.each([
  ['value', { value: { kind: 'shopping', faceFen: '5001', partialUse: true } }],
  ['value', { value: { kind: 'shopping', faceFen: '5000', partialUse: false } }],
  ['minimumSpendFen', { minimumSpendFen: '1' }],
  ['validity', { validity: { kind: 'days', days: 31 } }],
  ['blackouts', { blackouts: [XMAS, EVE, { from: '2027-01-01', until: '2027-01-01' }] }],
  ['blackouts', { blackouts: [XMAS, { ...EVE, from: '2026-12-30' }] }],
  ['acceptors', { acceptors: ['mall'] }],
  ['acceptors', { acceptors: ['mall', 'airline'] }],
  ['categories', { categories: [] }],
  ['funders', { funders: [{ organisation: 'mall', share: 2 }] }],
  ['funders', { funders: [{ organisation: 'bank', share: 1 }] }],
  ['transferable', { transferable: false }],
  ['giftable', { giftable: false }],
  ['auctionable', { auctionable: false }],
  ['stacking', { stacking: { ownPerOrder: 4, otherSeries: true, points: true } }],
  ['perMember', { perMember: 10 }],
  ['perMemberDay', { perMemberDay: 10 }],
  ['budget', { budget: '4999999' }],
  ['budget', { budget: '5000001' }],
])('after the first issue %s is frozen: %j', async (field, change) => {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING, TERMS)
  await giveCoupons(ledger, SPRING, ANN, ['A-1'])
  const before = ledger.get(seriesKey(SPRING))
  const outcome = await submitOne(ledger, 'mall', amendSeries(SPRING, { ...TERMS, ...change }))
  expect(outcome).toMatchObject({ code: 'SERIES_FROZEN', detail: { series: SPRING, field } })
  expect(ledger.get(seriesKey(SPRING))).toEqual(before)
})

test('after the first issue name and stop change, acceptors come and blackouts go', async () => {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING, TERMS)
  await giveCoupons(ledger, SPRING, ANN, ['A-1'])
  const pool = ledger.get(quotaPoolKey(SPRING))
  const change = {
    name: 'Spring, still',
    stopped: true,
    acceptors: ['airline', 'bank', 'mall'],
    blackouts: [XMAS],
  }
  await acceptAll(ledger, 'mall', [amendSeries(SPRING, { ...TERMS, ...change })])
  expect(ledger.get(seriesKey(SPRING))).toMatchObject(change)
  expect(ledger.get(quotaPoolKey(SPRING))).toEqual(pool)
  // What was added is as frozen as what was there from the start.
  const back = await submitOne(ledger, 'mall', amendSeries(SPRING, TERMS))
  expect(back).toMatchObject({ code: 'SERIES_FROZEN', detail: { field: 'acceptors' } })
})

test('before the first issue all terms change, but the budget grows never', async () => {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [defineSeries(LESS5)])
  const change = {
    value: { kind: 'deduction', discount: { kind: 'percent', percent: 10, capFen: '800' } },
    minimumSpendFen: '0',
    acceptors: ['mall'],
    funders: [
      { organisation: 'mall', share: 1 },
      { organisation: 'bank', share: 3 },
    ],
    budget: '600',
  }
  const { command } = amendSeries(LESS5, change)
  const signed = signCommand(command, ...['mall:till', 'bank:finance-2'].map(walletOf))
  await acceptAll(ledger, 'mall', [signed])
  expect(ledger.get(seriesKey(LESS5))).toMatchObject({ acceptors: ['mall'], budget: 600n })
  expect(ledger.get(quotaPoolKey(LESS5))).toEqual({ left: 600n })
  const grown = amendSeries(LESS5, { ...change, budget: '601' })
  expect(await submitOne(ledger, 'mall', grown)).toMatchObject({ code: 'SERIES_FROZEN' })
})

test('a cap that comes in the same transaction as an issue holds for it', async () => {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [defineSeries(LESS5)])
  const capped = amendSeries(LESS5, { perMember: 1 })
  const commands = [
    refill(LESS5, '1000'),
    issueCoupons(LESS5, ANN, ['A-1']),
    issueCoupons(LESS5, ANN, ['A-2']),
  ]
  const { outcomes } = await ledger.submit('mall', [capped, ...commands])
  expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'accepted', 'PER_MEMBER_CAP'])
})
