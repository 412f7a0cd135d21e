import { expect, test } from 'vitest'
import { openedBlocks } from '../support/blocks.ts'
import { giveCoupons, openSeries, SPRING } from '../support/coupon-world.ts'
import { ANN, BOB, CAT, issue, submitOne } from '../support/opened-ledger.ts'
import {
  acceptOffer,
  bidId,
  commitBid,
  openSealedAuction,
  revealBid,
  at,
  basket,
  claimGift,
  LINK,
  openAuction,
  openGift,
  openOffer,
  placeBid,
  tickTo,
} from '../support/trade-world.ts'
import { accountOf, STAR } from '../support/world.ts'
import { ReadsApp } from './reads-app.ts'

const GIVES = basket({}, ['A-1'])
const WANTS = basket({ [STAR]: 5 })

/** Ann and Bob give and trade: one gift is claimed, one open, one offer accepted, one open. */
async function tradedApp(): Promise<ReadsApp> {
  const ledger = await openedBlocks()
  await submitOne(ledger, 'mall', issue(STAR, ANN, '10000'))
  await submitOne(ledger, 'mall', issue(STAR, BOB, '10000'))
  await openSeries(ledger, SPRING)
  await giveCoupons(ledger, SPRING, ANN, ['A-1', 'A-2'])
  ledger.cut()
  const shares = { count: 2, split: { kind: 'equal' } }
  for (const command of [
    openGift('mall:g-1', ANN, basket({ [STAR]: 7 }), { shares, note: 'for all' }),
    openGift('bank:g-2', BOB, basket({ [STAR]: 3 })),
    claimGift('mall:g-1', CAT),
    claimGift('bank:g-2', CAT),
    openOffer('mall:o-1', ANN, GIVES, WANTS, { to: accountOf(BOB) }),
    openOffer('mall:o-2', ANN, basket({}, ['A-2']), WANTS),
    acceptOffer('mall:o-1', BOB, WANTS, GIVES),
    openAuction('mall:a-1', ANN, basket({ [STAR]: 9 })),
    placeBid('mall:a-1', BOB, 12),
    openSealedAuction('mall:a-2', ANN, basket({ [STAR]: 9 })),
    commitBid('mall:a-2', BOB, 30),
  ]) {
    await submitOne(ledger, 'mall', command)
  }
  await tickTo(ledger, 300)
  await submitOne(ledger, 'mall', revealBid('mall:a-2', BOB, 30))
  ledger.cut()
  return new ReadsApp(ledger.blocks)
}

const app = await tradedApp()

function idsOf(items: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return items.map(({ id }) => id)
}

test('a gift says who has claimed it and what is left in it', async () => {
  const { status, body } = await app.get('/gifts/mall:g-1')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    id: 'mall:g-1',
    status: 'open',
    from: accountOf(ANN),
    linkKey: LINK.wallet.publicKey,
    note: 'for all',
    dueOn: '2026-12-10',
    shares: { count: 2, split: { kind: 'equal' } },
    claims: [{ to: accountOf(CAT), amount: '4' }],
    keeps: [{ points: [{ asset: STAR, lots: [{ expires: '2027-11-30', amount: '3' }] }] }],
  })
  expect(await app.get('/gifts/mall:g-none')).toMatchObject({ status: 404 })
})

test('gifts are listed by party and status, in pages', async () => {
  expect(idsOf(await app.pages('/gifts', 1))).toEqual(['bank:g-2', 'mall:g-1'])
  expect(idsOf(await app.pages('/gifts?status=claimed', 5))).toEqual(['bank:g-2'])
  expect(idsOf(await app.pages(`/gifts?party=${accountOf(CAT)}`, 1))).toHaveLength(2)
  expect(idsOf(await app.pages(`/gifts?party=${accountOf(ANN)}`, 5))).toEqual(['mall:g-1'])
  const other = `/gifts?party=${accountOf(ANN)}&status=claimed`
  expect(await app.pages(other, 5)).toEqual([])
  expect(await app.get('/gifts?colour=red')).toMatchObject({ status: 400 })
})

test('an offer says what it gives and wants, and who has accepted', async () => {
  expect((await app.get('/offers/mall:o-1')).body).toMatchObject({
    status: 'accepted',
    gives: GIVES,
    wants: WANTS,
    acceptedBy: accountOf(BOB),
    keeps: [],
  })
  const open = await app.pages('/offers?status=open', 5)
  expect(open).toMatchObject([
    { id: 'mall:o-2', keeps: [{ coupons: [{ series: SPRING, serial: 'A-2', amount: '5000' }] }] },
  ])
  expect(idsOf(await app.pages(`/offers?party=${accountOf(BOB)}`, 5))).toEqual(['mall:o-1'])
})

test('an auction says what it is about, its best bid and when it ends', async () => {
  expect((await app.get('/auctions/mall:a-1')).body).toMatchObject({
    status: 'open',
    form: 'english',
    item: basket({ [STAR]: 9 }),
    asset: STAR,
    minimum: '10',
    closesAt: at(600),
    best: { from: accountOf(BOB), amount: '12' },
  })
  expect(idsOf(await app.pages(`/auctions?party=${accountOf(BOB)}`, 5))).toEqual(['mall:a-1'])
})

test('a sealed auction says when bids are revealed, and its bids are found by it', async () => {
  expect((await app.get('/auctions/mall:a-2')).body).toMatchObject({
    form: 'sealed',
    bidsUntil: at(300),
    closesAt: at(600),
    unrevealed: 'forfeited',
    bids: 1,
    best: { from: accountOf(BOB), amount: '30' },
  })
  const bid = { auction: 'mall:a-2', from: accountOf(BOB), deposit: '50', amount: '30', place: 1 }
  expect(await app.pages('/bids?party=mall:a-2', 5)).toMatchObject([{ ...bid, status: 'best' }])
  expect((await app.get(`/bids/${bidId('mall:a-2', BOB)}`)).body).toMatchObject(bid)
})

test('the clock is what a majority has told', async () => {
  expect((await app.get('/clock')).body).toMatchObject({
    time: at(300),
    ticks: [
      { organisation: 'bank', time: at(300) },
      { organisation: 'mall', time: at(300) },
    ],
  })
})
