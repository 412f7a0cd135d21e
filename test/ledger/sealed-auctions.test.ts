import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { couponKey, sumLots } from '../../ledger/index.ts'
import { auctionKey, sealedBidKey } from '../../ledger/keys.ts'
import { contradictions, replayedBooksOf } from '../support/books.ts'
import { SPRING } from '../support/coupon-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, rollTo, submitOne, verdict } from '../support/opened-ledger.ts'
import {
  basket,
  bidId,
  closeSealedAuction,
  commitBid,
  openSealedAuction,
  revealBid,
  settleBid,
  tickTo,
  tradeLedger,
} from '../support/trade-world.ts'
import { accountOf, registerMember, signed, STAR } from '../support/world.ts'

const AUCTION = 'bank:a-1'
/** Each holds 450 STAR, of which 50 come on the next day. */
const HELD = 450

function pointsOf(ledger: MemoryLedger, member: string): number {
  const lots = replayedBooksOf(ledger).holdings.get(`${accountOf(member)} ${STAR}`) ?? []
  return Number(sumLots(lots))
}

async function submit(ledger: MemoryLedger, command: unknown): Promise<string> {
  const outcome = verdict(await submitOne(ledger, 'mall', command))
  expect(contradictions(ledger)).toEqual([])
  return outcome
}

async function auctioned(change: Record<string, unknown> = {}): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  await submit(ledger, openSealedAuction(AUCTION, BOB, basket({}, ['B-1']), change))
  await tickTo(ledger, 10)
  return ledger
}

async function all(ledger: MemoryLedger, commands: readonly unknown[]): Promise<string[]> {
  const verdicts = []
  for (const command of commands) verdicts.push(await submit(ledger, command))
  return verdicts
}

function holderOf(ledger: MemoryLedger, serial: string): string | undefined {
  return ledger.get(couponKey(SPRING, serial))?.account
}

describe('a sealed auction', () => {
  test('sells to the best bid for the second best, in one entry', async () => {
    const ledger = await auctioned()
    await all(ledger, [commitBid(AUCTION, ANN, 120), commitBid(AUCTION, CAT, 90)])
    expect([pointsOf(ledger, ANN), pointsOf(ledger, CAT)]).toEqual([HELD - 140, HELD - 110])
    await tickTo(ledger, 300)
    const reveals = [revealBid(AUCTION, CAT, 90), revealBid(AUCTION, ANN, 120)]
    expect(await all(ledger, reveals)).toEqual(['accepted', 'accepted'])
    expect(pointsOf(ledger, CAT)).toBe(HELD)
    expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('NOT_DUE')
    await tickTo(ledger, 600)
    const before = ledger.published.length
    expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('accepted')
    expect(ledger.published.length).toBe(before + 1)
    expect([pointsOf(ledger, ANN), pointsOf(ledger, BOB)]).toEqual([HELD - 90, HELD + 90])
    expect(holderOf(ledger, 'B-1')).toBe(accountOf(ANN))
    expect(ledger.get(sealedBidKey(bidId(AUCTION, ANN)))).toMatchObject({
      status: 'won',
      keeps: [],
    })
  })

  test('sells a single bid for the minimum', async () => {
    const ledger = await auctioned()
    await submit(ledger, commitBid(AUCTION, ANN, 120))
    await tickTo(ledger, 300)
    await submit(ledger, revealBid(AUCTION, ANN, 120))
    await tickTo(ledger, 600)
    expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('accepted')
    expect([pointsOf(ledger, ANN), pointsOf(ledger, BOB)]).toEqual([HELD - 10, HELD + 10])
  })

  test.each([
    [ANN, CAT],
    [CAT, ANN],
  ])('of equal bids takes the one that was made first: %s before %s', async (first, second) => {
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const ledger = await auctioned()
      await all(ledger, [commitBid(AUCTION, first, 100), commitBid(AUCTION, second, 100)])
      await tickTo(ledger, 300)
      await all(
        ledger,
        order.map((member) => revealBid(AUCTION, member, 100)),
      )
      await tickTo(ledger, 600)
      expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('accepted')
      expect(holderOf(ledger, 'B-1')).toBe(accountOf(first))
      expect([pointsOf(ledger, first), pointsOf(ledger, second)]).toEqual([HELD - 100, HELD])
    }
  })

  test('gives deposits of bids that nobody revealed to the seller, if it said so', async () => {
    const ledger = await auctioned()
    await all(ledger, [commitBid(AUCTION, ANN, 120), commitBid(AUCTION, CAT, 90)])
    await tickTo(ledger, 300)
    await submit(ledger, revealBid(AUCTION, CAT, 90))
    await tickTo(ledger, 600)
    const bid = bidId(AUCTION, ANN)
    expect(await submit(ledger, settleBid(bid))).toBe('NOT_DUE')
    expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('accepted')
    expect(await submit(ledger, revealBid(AUCTION, ANN, 120))).toBe('AUCTION_CLOSED')
    expect(await submit(ledger, settleBid(bid))).toBe('accepted')
    expect(ledger.get(sealedBidKey(bid))?.status).toBe('forfeited')
    expect([pointsOf(ledger, ANN), pointsOf(ledger, BOB)]).toEqual([HELD - 140, HELD + 150])
    expect(holderOf(ledger, 'B-1')).toBe(accountOf(CAT))
    expect(await submit(ledger, settleBid(bid))).toBe('BID_SETTLED')
  })

  test('gives them back, if it said that', async () => {
    const ledger = await auctioned({ unrevealed: 'returned' })
    await submit(ledger, commitBid(AUCTION, ANN, 120))
    await tickTo(ledger, 600)
    const end = [closeSealedAuction(AUCTION), settleBid(bidId(AUCTION, ANN))]
    expect(await all(ledger, end)).toEqual(['accepted', 'accepted'])
    expect([pointsOf(ledger, ANN), pointsOf(ledger, BOB)]).toEqual([HELD, HELD])
    expect(ledger.get(auctionKey(AUCTION))?.status).toBe('unsold')
  })

  test('that nobody closed by its last date gives back item and deposits', async () => {
    const ledger = await auctioned()
    await all(ledger, [commitBid(AUCTION, ANN, 120), commitBid(AUCTION, CAT, 90)])
    await tickTo(ledger, 300)
    await submit(ledger, revealBid(AUCTION, ANN, 120))
    await rollTo(ledger, '2026-12-11')
    const end = [closeSealedAuction(AUCTION), settleBid(bidId(AUCTION, CAT))]
    expect(await all(ledger, end)).toEqual(['accepted', 'accepted'])
    const members = [ANN, BOB, CAT].map((member) => pointsOf(ledger, member))
    expect(members).toEqual([HELD, HELD, HELD])
    expect(holderOf(ledger, 'B-1')).toBe(accountOf(BOB))
    const bids = [ANN, CAT].map((member) => ledger.get(sealedBidKey(bidId(AUCTION, member))))
    expect(bids).toMatchObject([{ status: 'returned' }, { status: 'returned' }])
  })

  test('takes no commitment that was copied from another bid', async () => {
    const ledger = await auctioned()
    const seen = commitBid(AUCTION, ANN, 120)
    await submit(ledger, seen)
    const body = { ...seen.command.body, from: accountOf(CAT) }
    expect(await submit(ledger, signed('CommitBid', CAT, body))).toBe('accepted')
    await tickTo(ledger, 300)
    await submit(ledger, revealBid(AUCTION, ANN, 120))
    expect(await submit(ledger, revealBid(AUCTION, CAT, 120))).toBe('COMMITMENT_DIFFERS')
  })

  test('is revealed, closed and settled within one transaction', async () => {
    const ledger = await auctioned()
    await all(ledger, [commitBid(AUCTION, ANN, 120), commitBid(AUCTION, CAT, 130)])
    await tickTo(ledger, 300)
    const reveals = [revealBid(AUCTION, ANN, 120), revealBid(AUCTION, CAT, 130)]
    const tick = signed('TickClock', 'airline', { time: '1796089999' })
    const { outcomes } = await ledger.submit('bank', [...reveals, closeSealedAuction(AUCTION)])
    expect(outcomes.map(verdict)).toEqual(['accepted', 'accepted', 'NOT_DUE'])
    await acceptAll(ledger, 'airline', [tick])
    await tickTo(ledger, 600)
    expect(await submit(ledger, closeSealedAuction(AUCTION))).toBe('accepted')
    expect(holderOf(ledger, 'B-1')).toBe(accountOf(CAT))
    expect([pointsOf(ledger, CAT), pointsOf(ledger, ANN)]).toEqual([HELD - 120, HELD])
  })
})

test('whoever reveals in whatever order, the best and earliest bid pays the second best', async () => {
  const opened = await auctioned()
  const bidders = [ANN, CAT, 'mall:m-dan', 'mall:m-eve']
  await acceptAll(opened, 'mall', bidders.slice(2).map(registerMember))
  for (const member of bidders.slice(2)) {
    const body = { asset: STAR, from: accountOf(ANN), to: accountOf(member), amount: '100' }
    await submit(opened, signed('TransferPoints', ANN, body))
  }
  const amounts = fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 4, maxLength: 4 })
  const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 0, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(amounts, order, async (amounts, order) => {
      const ledger = opened.clone()
      const commits = bidders.map((member, at) => commitBid(AUCTION, member, amounts[at] ?? 0))
      await ledger.submit('bank', commits, { fold: ledger.completeFold() })
      await tickTo(ledger, 300)
      const reveals = order.map((at) => revealBid(AUCTION, bidders[at] ?? '', amounts[at] ?? 0))
      await all(ledger, reveals)
      await tickTo(ledger, 600)
      const bids = bidders.map((member) => settleBid(bidId(AUCTION, member)))
      await all(ledger, [closeSealedAuction(AUCTION), ...bids])
      const ranked = order.toSorted(
        (one, other) => (amounts[other] ?? 0) - (amounts[one] ?? 0) || one - other,
      )
      const [best, second] = ranked
      const winner = best === undefined ? BOB : (bidders[best] ?? '')
      expect(holderOf(ledger, 'B-1')).toBe(accountOf(winner))
      const price = second === undefined ? 10 : (amounts[second] ?? 0)
      const forfeited = bidders.reduce(
        (sum, _, at) => sum + (order.includes(at) ? 0 : (amounts[at] ?? 0) + 20),
        0,
      )
      const paid = best === undefined ? 0 : price
      expect(pointsOf(ledger, BOB)).toBe(HELD + paid + forfeited)
    }),
    { seed: 20261205, numRuns: 40 },
  )
})
