import { beforeAll, describe, expect, test } from 'vitest'
import { refillShare } from '../../gateway/batching/refill-share.ts'
import { DUE_LIMITS, DueWork } from '../../gateway/keeper/due-work.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { ledgerKey } from '../../ledger/index.ts'
import type { BlockLedger } from '../support/blocks.ts'
import { openedBlocks } from '../support/blocks.ts'
import { contradictions } from '../support/books.ts'
import {
  amendSeries,
  claimCode,
  claimCoupon,
  claimRush,
  defineSeries,
  expireCoupons,
  issueCoupons,
  LESS5,
  openRush,
  openSeries,
  registerClaimCodes,
  SPRING,
  transferCoupons,
  voidCoupons,
} from '../support/coupon-world.ts'
import { acceptAll, ANN, BOB, CAT, refill, rollTo } from '../support/opened-ledger.ts'
import { accountOf, ORGANISATIONS, signed } from '../support/world.ts'
import { ReadsApp } from './reads-app.ts'

const RUSH = 'mall:rush-1'
const SHORT = 'mall:short:piece'

async function couponBlocks(): Promise<BlockLedger> {
  const ledger = await openedBlocks()
  await openSeries(ledger, SPRING)
  await acceptAll(ledger, 'mall', [
    defineSeries(LESS5, { budget: '50' }),
    openRush(RUSH, LESS5, { perMember: 2 }),
    defineSeries(SHORT, { validity: { kind: 'days', days: 1 }, budget: '300' }),
  ])
  await acceptAll(ledger, 'mall', [refill(RUSH, '4'), refill(SHORT, '300')])
  await acceptAll(ledger, 'mall', [
    issueCoupons(SPRING, ANN, ['A-1', 'A-2', 'A-3', 'A.4_x']),
    issueCoupons(SPRING, BOB, ['B-1', 'B-2']),
    registerClaimCodes(SPRING, [1]),
    claimCoupon(SPRING, 1, CAT),
    claimRush(RUSH, LESS5, ANN),
    claimRush(RUSH, LESS5, ANN),
    claimRush(RUSH, LESS5, CAT),
    transferCoupons(SPRING, ANN, CAT, ['A-2']),
    voidCoupons(SPRING, ['B-2']),
    issueCoupons(SHORT, ANN, ['S-1', 'S-2', 'S-3']),
    issueCoupons(SHORT, BOB, ['S-4']),
  ])
  ledger.cut()
  return ledger
}

let ledger: BlockLedger
let app: ReadsApp

beforeAll(async () => {
  ledger = await couponBlocks()
  app = new ReadsApp(ledger.blocks)
})

describe('series', () => {
  test('are read with their terms, what is left of their budget, and their coupons by state', async () => {
    const { status, body } = await app.get(`/series/${SPRING}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      series: SPRING,
      issuer: 'mall',
      value: { kind: 'shopping', faceFen: '5000', partialUse: true },
      validity: { kind: 'days', days: 30 },
      perMember: null,
      budget: '5000000',
      budgetLeft: '4965000',
      stopped: false,
    })
    const counts = { held: 6, void: 1, reserved: 0, redeemed: 0, expired: 0 }
    expect(body['coupons']).toMatchObject(counts)
    expect((await app.get('/series/mall:none:fen')).status).toBe(404)
  })

  test('of which part is set aside for a rush have that much less left', async () => {
    expect((await app.get(`/series/${LESS5}`)).body).toMatchObject({
      value: { kind: 'deduction', discount: { kind: 'amount', fen: '500' } },
      budget: '50',
      budgetLeft: '40',
    })
    expect((await app.get(`/rushes/${RUSH}`)).body).toMatchObject({
      id: RUSH,
      status: 'open',
      series: LESS5,
      total: 10,
      perMember: 2,
      from: '2026-11-30',
      dueOn: '2026-12-10',
      left: '7',
    })
    expect(await app.pages('/rushes?status=open', 10)).toHaveLength(1)
    expect((await app.get('/rushes/mall:none')).status).toBe(404)
  })
})

describe('coupons', () => {
  test('are read one by one', async () => {
    const { body } = await app.get(`/coupons/${SPRING}/A-2`)
    expect(body).toMatchObject({
      series: SPRING,
      serial: 'A-2',
      account: accountOf(CAT),
      state: 'held',
      amount: '5000',
      validFrom: '2026-11-30',
      expires: '2026-12-30',
    })
    expect(body).not.toHaveProperty('keptBy')
    expect((await app.get(`/coupons/${SPRING}/A-9`)).status).toBe(404)
  })

  test.each([
    ['', 14],
    [`?account=${accountOf(ANN)}`, 8],
    [`?account=${accountOf(CAT)}&state=held`, 3],
    ['?state=void', 1],
    ['?expiresBy=2026-12-01', 4],
    [`?account=${accountOf(ANN)}&expiresBy=2026-12-01`, 3],
    ['?state=gifted', 0],
  ])('%s are listed by pages that are complete and without repeats', async (query, count) => {
    const whole = await app.pages(`/coupons${query}`, 500)
    expect(whole).toHaveLength(count)
    for (const limit of [1, 3]) expect(await app.pages(`/coupons${query}`, limit)).toEqual(whole)
  })

  test.each(['?state=lost', '?expiresBy=2026-02-30', '?account=ann', '?cursor=c2VyaWVzL2E'])(
    '%s is refused',
    async (query) => {
      expect((await app.get(`/coupons${query}`)).status).toBe(400)
    },
  )

  test('that come from a code on paper have its number', async () => {
    const { body } = await app.get(`/coupons/${SPRING}/${claimCode(1).keyId}`)
    expect(body).toMatchObject({ account: accountOf(CAT) })
  })
})

/** What the keeper of an organisation sends next. */
function due(projection: Projection, organisation: string, couponsPerExpiry = 90) {
  const work = new DueWork(
    organisation,
    {
      deltas: projection.deltas,
      due: projection.due,
      contracts: projection.contracts,
      coupons: projection.coupons,
      account: (id) => projection.account(id),
      ledger: () => projection.ledger(),
      organisations: () => [...ORGANISATIONS].sort(),
    },
    { ...DUE_LIMITS, couponsPerExpiry },
  )
  return work.next().filter(({ type }) => ['ExpireCoupons', 'CloseRush'].includes(type))
}

async function projectedOn(date: string): Promise<[BlockLedger, Projection]> {
  const played = await couponBlocks()
  await rollTo(played, date)
  played.cut()
  return [played, new ReadsApp(played.blocks).projection]
}

describe('the keeper', () => {
  test('leaves coupons for one business day after their last', async () => {
    const [, projection] = await projectedOn('2026-12-02')
    expect(due(projection, 'mall')).toEqual([])
  })

  test('lets coupons expire at the home of their account, as many at a time as fit', async () => {
    const [played, projection] = await projectedOn('2026-12-03')
    expect(due(projection, 'bank')).toEqual([
      { type: 'ExpireCoupons', body: { series: SHORT, serials: ['S-4'] } },
    ])
    const commands = due(projection, 'mall', 2)
    expect(commands).toEqual([
      { type: 'ExpireCoupons', body: { series: SHORT, serials: ['S-1', 'S-2'] } },
      { type: 'ExpireCoupons', body: { series: SHORT, serials: ['S-3'] } },
    ])
    const sent = commands.map(({ type, body }) => signed(type, 'mall', body))
    await acceptAll(played, 'mall', sent)
    projection.apply(played.cut())
    expect(due(projection, 'mall')).toEqual([])
    expect(projection.coupons.counts(SHORT)).toMatchObject({ held: 1, expired: 3 })
    expect(contradictions(played)).toEqual([])
  })

  test('closes a rush whose last day is over, and the budget has the rest again', async () => {
    const [played, projection] = await projectedOn('2026-12-11')
    expect(played.get(ledgerKey)?.cycle.date).toBe('2026-12-11')
    const [command] = due(projection, 'mall').filter(({ type }) => type === 'CloseRush')
    expect(command).toEqual({ type: 'CloseRush', body: { rush: RUSH } })
    await acceptAll(played, 'mall', [signed('CloseRush', 'mall', { rush: RUSH })], { lane: 3 })
    projection.apply(played.cut())
    expect(due(projection, 'mall').filter(({ type }) => type === 'CloseRush')).toEqual([])
    expect(projection.registry.budgetLeft(LESS5)).toBe(47n)
    expect(projection.registry.budgetLeft(RUSH)).toBe(0n)
    expect(contradictions(played)).toEqual([])
  })
})

test('a projection that is made again counts the same coupons', async () => {
  const played = await couponBlocks()
  await rollTo(played, '2026-12-03')
  await acceptAll(played, 'mall', [
    expireCoupons(SHORT, ['S-1']),
    amendSeries(SPRING, { stopped: true }),
  ])
  played.cut()
  const projection = Projection.open(':memory:')
  for (const block of played.blocks) projection.apply(block)
  for (const series of [SPRING, LESS5, SHORT]) {
    const listed = projection.coupons.list({ after: { series: '', serial: '' }, limit: 100 }, {})
    const states = listed.flatMap((coupon) => (coupon.series === series ? [coupon.state] : []))
    const counts = Object.entries(projection.coupons.counts(series))
    expect(counts).toEqual(
      counts.map(([state]) => [state, states.filter((one) => one === state).length]),
    )
  }
  expect(projection.registry.series(SPRING)?.stopped).toBe(true)
})

test('a lane takes enough of a budget to go on with, and of a rush what it is asked for', () => {
  const { projection } = app
  // A hundred coupons of 50 yuan would be half of the budget; a 64th of it is less.
  expect(refillShare(SPRING, projection)).toBe(78_125n)
  expect(refillShare(SHORT, projection)).toBe(4n)
  expect(refillShare(LESS5, projection)).toBe(1n)
  expect(refillShare(RUSH, projection)).toBe(1n)
  expect(refillShare('mall:none:piece', projection)).toBe(0n)
})
