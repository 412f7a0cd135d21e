import { describe, expect, test } from 'vitest'
import { couponKey, mergeLots } from '../../ledger/index.ts'
import { auctionKey } from '../../ledger/keys.ts'
import { contradictions, replayedBooksOf } from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  CAT,
  FLASH,
  issue,
  rollTo,
  submitOne,
  verdict,
} from '../support/opened-ledger.ts'
import {
  at,
  basket,
  closeAuction,
  openAuction,
  placeBid,
  tickTo,
  tradeLedger,
} from '../support/trade-world.ts'
import { accountOf, HUI, STAR } from '../support/world.ts'

const AUCTION = 'bank:a-1'
const ITEM = basket({ [HUI]: 50 }, ['B-1'])

function pointsOf(ledger: MemoryLedger, member: string, asset = STAR): string[] {
  const lots = replayedBooksOf(ledger).holdings.get(`${accountOf(member)} ${asset}`) ?? []
  return mergeLots(lots, '9999-12-31').map(({ expires, amount }) => `${amount} to ${expires}`)
}

async function submit(ledger: MemoryLedger, command: unknown): Promise<string> {
  const outcome = verdict(await submitOne(ledger, 'mall', command))
  expect(contradictions(ledger)).toEqual([])
  return outcome
}

async function auctioned(change: Record<string, unknown> = {}): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  await submit(ledger, openAuction(AUCTION, BOB, ITEM, change))
  await tickTo(ledger, 10)
  return ledger
}

describe('an English auction', () => {
  test('gives back the bid that is beaten in the entry of the one that beats it', async () => {
    const ledger = await auctioned()
    expect(await submit(ledger, placeBid(AUCTION, ANN, 100))).toBe('accepted')
    expect(pointsOf(ledger, ANN)).toEqual(['350 to 2027-11-30'])
    const before = ledger.published.length
    expect(await submit(ledger, placeBid(AUCTION, CAT, 105))).toBe('accepted')
    expect(ledger.published.length).toBe(before + 1)
    expect(pointsOf(ledger, ANN)).toEqual(['450 to 2027-11-30'])
    expect(pointsOf(ledger, CAT)).toEqual(['345 to 2027-11-30'])
    expect(ledger.get(auctionKey(AUCTION))?.best).toMatchObject({ from: accountOf(CAT) })
  })

  test('pays the seller and hands over the item in one entry when its time is over', async () => {
    const ledger = await auctioned()
    await submit(ledger, placeBid(AUCTION, ANN, 100))
    expect(await submit(ledger, closeAuction(AUCTION))).toBe('NOT_DUE')
    await tickTo(ledger, 600)
    expect(await submit(ledger, placeBid(AUCTION, CAT, 200))).toBe('AUCTION_OVER')
    const before = ledger.published.length
    const close = closeAuction(AUCTION)
    expect(await submit(ledger, close)).toBe('accepted')
    expect(await submitOne(ledger, 'bank', close)).toMatchObject({ replayed: true })
    expect(ledger.published.length).toBe(before + 1)
    expect(pointsOf(ledger, BOB)).toEqual(['550 to 2027-11-30'])
    expect(pointsOf(ledger, ANN, HUI)).toEqual(['400 to 2027-11-30'])
    expect(ledger.get(couponKey(SPRING, 'B-1'))).toMatchObject({ account: accountOf(ANN) })
    expect(await submit(ledger, placeBid(AUCTION, CAT, 200))).toBe('AUCTION_CLOSED')
    expect(ledger.get(auctionKey(AUCTION))).toMatchObject({ status: 'sold', keeps: [] })
  })

  test('without a bid gives the item back', async () => {
    const ledger = await auctioned()
    await tickTo(ledger, 600)
    expect(await submit(ledger, closeAuction(AUCTION))).toBe('accepted')
    expect(ledger.get(auctionKey(AUCTION))?.status).toBe('unsold')
    expect(ledger.get(couponKey(SPRING, 'B-1'))).toMatchObject({
      account: accountOf(BOB),
      state: 'held',
    })
  })

  test('ends later when a bid comes shortly before its end', async () => {
    const ledger = await auctioned()
    await tickTo(ledger, 539)
    await submit(ledger, placeBid(AUCTION, ANN, 100))
    expect(String(ledger.get(auctionKey(AUCTION))?.closesAt)).toBe(at(600))
    await tickTo(ledger, 570)
    await submit(ledger, placeBid(AUCTION, CAT, 120))
    expect(String(ledger.get(auctionKey(AUCTION))?.closesAt)).toBe(at(630))
    await tickTo(ledger, 600)
    expect(await submit(ledger, closeAuction(AUCTION))).toBe('NOT_DUE')
    expect(await submit(ledger, placeBid(AUCTION, ANN, 130))).toBe('accepted')
    expect(String(ledger.get(auctionKey(AUCTION))?.closesAt)).toBe(at(660))
  })

  test('that nobody closed by its last date sells nothing, and all goes back', async () => {
    const ledger = await auctioned()
    const before = [pointsOf(ledger, ANN), pointsOf(ledger, BOB, HUI)]
    await submit(ledger, placeBid(AUCTION, ANN, 100))
    await rollTo(ledger, '2026-12-11')
    expect(await submit(ledger, closeAuction(AUCTION))).toBe('accepted')
    expect(ledger.get(auctionKey(AUCTION))?.status).toBe('returned')
    expect(pointsOf(ledger, ANN)).toEqual(before[0])
    expect(ledger.get(couponKey(SPRING, 'B-1'))?.account).toBe(accountOf(BOB))
  })

  test('takes no points that could be over before it is', async () => {
    const ledger = await auctioned({ asset: FLASH, until: '2026-12-10' })
    expect(await submit(ledger, placeBid(AUCTION, ANN, 100, FLASH))).toBe('POINTS_EXPIRE_SOONER')
    await rollTo(ledger, '2026-12-01')
    await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '1000')])
    expect(await submit(ledger, placeBid(AUCTION, ANN, 100, FLASH))).toBe('accepted')
    const [, bid] = ledger.get(auctionKey(AUCTION))?.keeps ?? []
    expect(bid?.points).toMatchObject([{ lots: [{ expires: '2026-12-31', amount: 100n }] }])
  })

  test('ends with its item, if that expires before the date that the seller names', async () => {
    const ledger = await tradeLedger()
    await submit(ledger, openAuction(AUCTION, BOB, basket({ [FLASH]: 100 })))
    expect(ledger.get(auctionKey(AUCTION))?.dueOn).toBe('2026-11-30')
  })

  test('takes several bids, raises of the best bidder too, within one transaction', async () => {
    const ledger = await auctioned()
    const bids = [
      placeBid(AUCTION, ANN, 100),
      placeBid(AUCTION, CAT, 110),
      placeBid(AUCTION, CAT, 112),
      placeBid(AUCTION, CAT, 115),
    ]
    const { outcomes } = await ledger.submit('bank', bids, { fold: ledger.completeFold() })
    const expected = ['accepted', 'accepted', 'BID_TOO_LOW', 'accepted']
    expect(outcomes.map(verdict)).toEqual(expected)
    expect(contradictions(ledger)).toEqual([])
    expect(pointsOf(ledger, CAT)).toEqual(['335 to 2027-11-30'])
  })
})
