import { beforeAll, expect, test } from 'vitest'
import type { Basket } from '../../../ledger/index.ts'
import { defineSeries, issueCoupons } from '../../support/coupon-world.ts'
import { couponsOf } from '../../support/order-world.ts'
import {
  bidId,
  closeAuction,
  closeSealedAuction,
  commitBid,
  openAuction,
  openSealedAuction,
  placeBid,
  revealBid,
  settleBid,
} from '../../support/trade-world.ts'
import { accountOf, signed } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'
import { purchase } from './requests.ts'
import { Scene } from './scene.ts'

const SELLER = 'mall:m-quin'
const RON = 'bank:m-ron'
const SUE = 'airline:m-sue'
const TED = 'bank:m-ted'
export const BIDDERS = [SELLER, RON, SUE, TED]

/** Behind any time that a gateway tells by itself, so that only these stories move the clock on. */
const FAR = 4_000_000_000
const SERIES = 'mall:lot:fen'

/** So many seconds after the beginning of the stories, as commands say it. */
function at(seconds: number): string {
  return String(FAR + seconds)
}

function itemOf(serial: string): Basket {
  return { points: [], coupons: couponsOf([SERIES, serial]) }
}

/** Auctions of both forms, by a clock that the stories tell. */
export function auctionStories(net: GetNetwork): void {
  const scene = new Scene(net)

  beforeAll(async () => {
    await scene.take('mall', '/series', defineSeries(SERIES))
    const serials = ['A-1', 'A-2']
    await scene.take('mall', '/coupons/issues', issueCoupons(SERIES, SELLER, serials))
    for (const member of BIDDERS) await scene.take('mall', '/issues', purchase(member))
  })

  /** Two of three organisations tell the time: a majority. */
  async function tellTime(time: string): Promise<void> {
    for (const organisation of ['mall', 'bank']) {
      const tick = signed('TickClock', organisation, { time })
      await scene.take(organisation, '/commands', tick, 'admin')
    }
  }

  async function pointsOfAll(): Promise<number[]> {
    return await Promise.all(BIDDERS.map(async (member) => await scene.points(member)))
  }

  test('an English auction: a beaten bid comes back at once, a late one puts the end off', async () => {
    const [seller = 0, ron = 0, sue = 0] = await pointsOfAll()
    await tellTime(at(0))
    const times = { closesAt: at(600), extendSeconds: 60 }
    const auction = openAuction('mall:a-story', SELLER, itemOf('A-1'), times)
    await scene.take('mall', '/auctions', auction)
    await scene.take('bank', '/bids', placeBid('mall:a-story', RON, 50))
    expect(await scene.points(RON)).toBe(ron - 50)
    const low = placeBid('mall:a-story', SUE, 54)
    expect(await scene.verdict('airline', '/bids', low)).toBe('BID_TOO_LOW')
    await scene.take('airline', '/bids', placeBid('mall:a-story', SUE, 60))
    expect([await scene.points(RON), await scene.points(SUE)]).toEqual([ron, sue - 60])
    await tellTime(at(570))
    await scene.take('bank', '/bids', placeBid('mall:a-story', RON, 70))
    await tellTime(at(600))
    const early = closeAuction('mall:a-story', SUE)
    expect(await scene.verdict('airline', '/auctions/closings', early)).toBe('NOT_DUE')
    await tellTime(at(630))
    const late = placeBid('mall:a-story', SUE, 100)
    expect(await scene.verdict('airline', '/bids', late)).toBe('AUCTION_OVER')
    await scene.take('airline', '/auctions/closings', closeAuction('mall:a-story', SUE))
    expect(await pointsOfAll()).toMatchObject({ 0: seller + 70, 1: ron - 70, 2: sue })
    expect(await scene.coupon(SERIES, 'A-1')).toMatchObject({ account: accountOf(RON) })
    expect(await scene.unbalanced()).toEqual([])
  })

  test('a sealed auction: the second price is paid, and who stays silent loses the deposit', async () => {
    const [seller = 0, ron = 0, sue = 0, ted = 0] = await pointsOfAll()
    const times = { bidsUntil: at(1300), closesAt: at(1600) }
    const auction = openSealedAuction('mall:a-sealed', SELLER, itemOf('A-2'), times)
    await scene.take('mall', '/auctions/sealed', auction)
    await scene.take('bank', '/bids/sealed', commitBid('mall:a-sealed', RON, 120))
    await scene.take('airline', '/bids/sealed', commitBid('mall:a-sealed', SUE, 90))
    await scene.take('bank', '/bids/sealed', commitBid('mall:a-sealed', TED, 30))
    const soon = revealBid('mall:a-sealed', RON, 120)
    expect(await scene.verdict('bank', '/bids/reveals', soon)).toBe('REVEAL_NOT_YET')
    await tellTime(at(1300))
    const lie = revealBid('mall:a-sealed', RON, 91)
    expect(await scene.verdict('bank', '/bids/reveals', lie)).toBe('COMMITMENT_DIFFERS')
    await scene.take('airline', '/bids/reveals', revealBid('mall:a-sealed', SUE, 90))
    await scene.take('bank', '/bids/reveals', revealBid('mall:a-sealed', RON, 120))
    await tellTime(at(1600))
    const closing = closeSealedAuction('mall:a-sealed', TED)
    await scene.take('mall', '/auctions/sealed-closings', closing)
    const silent = settleBid(bidId('mall:a-sealed', TED), RON)
    await scene.take('mall', '/bids/settlements', silent)
    expect(await pointsOfAll()).toEqual([seller + 90 + 50, ron - 90, sue, ted - 50])
    expect(await scene.coupon(SERIES, 'A-2')).toMatchObject({ account: accountOf(RON) })
    expect(await scene.unbalanced()).toEqual([])
  })
}
