import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, FLASH, issue, rollTo } from '../../support/opened-ledger.ts'
import {
  basket,
  bidId,
  closeSealedAuction,
  commitBid,
  openAuction,
  openSealedAuction,
  revealBid,
  settleBid,
  tickTo,
  tradeLedger,
} from '../../support/trade-world.ts'
import { accountOf, HUI, STAR } from '../../support/world.ts'
import { AUCTION, bidderFaults, coverFaults, openingFaults } from './auctions.ts'
import { done } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

/** Bob's sealed auction, and an English one that these commands are not for. */
async function withAuction(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  const auctions = [
    openSealedAuction(AUCTION, BOB, basket({ [HUI]: 50 }, ['B-1'])),
    openAuction('bank:a-english', BOB, basket({ [HUI]: 5 })),
  ]
  await acceptAll(ledger, 'bank', auctions, { fold: ledger.completeFold() })
  await tickTo(ledger, 10)
  return ledger
}

/** Ann and Cat have bid 100 and 90; the ledger's clock stands as it is said. */
async function withBids(seconds: number): Promise<MemoryLedger> {
  const ledger = await withAuction()
  const bids = [commitBid(AUCTION, ANN, 100), commitBid(AUCTION, CAT, 90)]
  await acceptAll(ledger, 'bank', bids, { fold: ledger.completeFold() })
  await tickTo(ledger, seconds)
  return ledger
}

const timesAt = openingFaults.findIndex(({ code }) => code === 'AUCTION_TIMES_INVALID')

const openTable: RefusalTable = {
  base: {
    type: 'OpenSealedAuction',
    actor: ANN,
    organisation: 'mall',
    body: openSealedAuction('mall:a-base', ANN, basket({ [STAR]: 5 })).command.body,
    ledger: tradeLedger,
  },
  faults: openingFaults.toSpliced(timesAt, 0, {
    name: 'that has no time for revealing',
    code: 'AUCTION_TIMES_INVALID',
    body: { bidsUntil: '1796083800' },
  }),
}

const commitTable: RefusalTable = {
  base: {
    type: 'CommitBid',
    actor: ANN,
    organisation: 'mall',
    body: commitBid(AUCTION, ANN, 20).command.body,
    ledger: withAuction,
  },
  faults: [
    { name: 'no commitment', code: 'COMMAND_MALFORMED', body: { commitment: '' } },
    ...commonFaults(ANN),
    { name: 'an English auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-english' } },
    ...bidderFaults(() => closeSealedAuction(AUCTION)),
    {
      name: 'when bids are revealed',
      code: 'AUCTION_OVER',
      before: async (ledger) => await tickTo(ledger, 300),
    },
    {
      name: 'a second one',
      code: 'CONTRACT_EXISTS',
      before: done(() => commitBid(AUCTION, ANN, 15)),
    },
    { name: 'a deposit below the minimum', code: 'BID_TOO_LOW', body: { deposit: '9' } },
    ...coverFaults('deposit'),
    {
      name: 'with points that expire sooner',
      code: 'POINTS_EXPIRE_SOONER',
      body: { auction: 'bank:a-flash', asset: FLASH, deposit: '200' },
      before: async (ledger) => {
        const terms = { asset: FLASH }
        const auction = openSealedAuction('bank:a-flash', BOB, basket({}, ['B-2']), terms)
        await acceptAll(ledger, 'bank', [auction])
        await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '10')])
      },
    },
  ],
}

const revealTable: RefusalTable = {
  base: {
    type: 'RevealBid',
    actor: ANN,
    organisation: 'bank',
    body: revealBid(AUCTION, ANN, 100).command.body,
    ledger: async () => await withBids(300),
  },
  faults: [
    { name: 'no salt', code: 'COMMAND_MALFORMED', body: { salt: '' } },
    ...commonFaults(ANN),
    { name: 'no such auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-none' } },
    { name: 'an English auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-english' } },
    { name: 'no such bid', code: 'CONTRACT_UNKNOWN', body: { from: accountOf(BOB) } },
    { name: 'by another bidder', code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    { name: 'twice', code: 'BID_REVEALED', before: done(() => revealBid(AUCTION, ANN, 100)) },
    {
      name: 'after its end',
      code: 'AUCTION_CLOSED',
      before: async (ledger) => {
        await tickTo(ledger, 600)
        await acceptAll(ledger, 'bank', [closeSealedAuction(AUCTION)])
      },
    },
    {
      name: 'after its last date',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'as long as bids are made',
      code: 'REVEAL_NOT_YET',
      ledger: async () => await withBids(299),
    },
    { name: 'too late', code: 'AUCTION_OVER', before: async (ledger) => await tickTo(ledger, 600) },
    { name: 'more than it was', code: 'COMMITMENT_DIFFERS', body: { amount: '101' } },
    {
      name: 'more than its deposit',
      code: 'BID_OVER_DEPOSIT',
      ledger: async () => {
        const ledger = await withAuction()
        const bid = commitBid(AUCTION, ANN, 100, { deposit: 99 })
        await acceptAll(ledger, 'mall', [bid], { fold: ledger.completeFold() })
        await tickTo(ledger, 300)
        return ledger
      },
    },
  ],
}

const closeTable: RefusalTable = {
  base: {
    type: 'CloseSealedAuction',
    actor: CAT,
    organisation: 'bank',
    body: { auction: AUCTION },
    ledger: async () => await withBids(600),
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { auction: '' } },
    ...commonFaults(CAT),
    { name: 'no such auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-none' } },
    { name: 'an English auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-english' } },
    {
      name: 'after its end',
      code: 'AUCTION_CLOSED',
      before: done(() => closeSealedAuction(AUCTION)),
    },
    { name: 'before its end', code: 'NOT_DUE', ledger: async () => await withBids(599) },
  ],
}

const settleTable: RefusalTable = {
  base: {
    type: 'SettleBid',
    actor: CAT,
    organisation: 'bank',
    body: { bid: bidId(AUCTION, ANN) },
    ledger: async () => {
      const ledger = await withBids(600)
      await acceptAll(ledger, 'bank', [closeSealedAuction(AUCTION)])
      return ledger
    },
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { bid: '' } },
    ...commonFaults(CAT),
    { name: 'no such bid', code: 'CONTRACT_UNKNOWN', body: { bid: bidId(AUCTION, BOB) } },
    {
      name: 'twice',
      code: 'BID_SETTLED',
      before: done(() => settleBid(bidId(AUCTION, ANN))),
    },
    {
      name: 'before its auction is closed',
      code: 'NOT_DUE',
      ledger: async () => await withBids(600),
    },
  ],
}

export const SEALED_AUCTIONS = [openTable, commitTable, revealTable, closeTable, settleTable]
