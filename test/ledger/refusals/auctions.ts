import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  CAT,
  FIXED,
  FLASH,
  issue,
  rollTo,
} from '../../support/opened-ledger.ts'
import {
  basket,
  closeAuction,
  openAuction,
  placeBid,
  tickTo,
  tradeLedger,
} from '../../support/trade-world.ts'
import { accountOf, HUI, STAR } from '../../support/world.ts'
import { contentFaults, done, giveAway, termFaults } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

export const AUCTION = 'bank:a-base'

/** Faults of who opens an auction, of its id and its times; the same for both forms. */
export const openingFaults: readonly Fault[] = [
  { name: 'no such day', code: 'COMMAND_MALFORMED', body: { until: '2026-11-31' } },
  { name: 'no time', code: 'COMMAND_MALFORMED', body: { closesAt: '0' } },
  ...commonFaults(ANN),
  { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
  { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
  {
    name: 'an id of another organisation',
    code: 'CONTRACT_ELSEWHERE',
    body: { auction: 'bank:a-base' },
  },
  {
    name: 'an id that is used',
    code: 'CONTRACT_EXISTS',
    before: done(() => openAuction('mall:a-base', ANN, basket({ [STAR]: 1 }))),
  },
  { name: 'until yesterday', code: 'LAST_DAY_PAST', body: { until: '2026-11-29' } },
  {
    name: 'that closes before it opens',
    code: 'AUCTION_TIMES_INVALID',
    before: async (ledger) => await tickTo(ledger, 600),
  },
  { name: 'for no such points', code: 'ASSET_UNKNOWN', body: { asset: 'mall:none:point' } },
  { name: 'for points that stay', code: 'NOT_TRANSFERABLE', body: { asset: FIXED } },
  ...termFaults('item'),
  ...contentFaults('item', { until: '2026-12-31' }),
]

/** Faults of who bids, on an auction of Bob's for STAR under AUCTION; the same for both forms. */
export function bidderFaults(close: () => object): Fault[] {
  return [
    { name: 'no such auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-none' } },
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: CAT } },
    {
      name: 'by the seller',
      code: 'SAME_ACCOUNT',
      envelope: { actor: BOB },
      body: { from: accountOf(BOB) },
    },
    { name: 'in other points', code: 'BID_DIFFERS', body: { asset: HUI } },
    {
      name: 'after its end',
      code: 'AUCTION_CLOSED',
      before: async (ledger) => {
        await tickTo(ledger, 600)
        await done(close)(ledger, undefined as never)
      },
    },
    {
      name: 'after its last date',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    {
      name: 'at its last second',
      code: 'AUCTION_OVER',
      before: async (ledger) => await tickTo(ledger, 600),
    },
  ]
}

/** A bid that Ann's wallet does not cover; `field` is what she puts aside. */
export function coverFaults(field: string): Fault[] {
  return [
    {
      name: 'credits that are not named',
      code: 'FOLD_INCOMPLETE',
      body: { [field]: '400' },
      foldsNothing: true,
    },
    { name: 'with points that are pending', code: 'POINTS_PENDING', body: { [field]: '450' } },
    {
      name: 'with points that lie in a gift',
      code: 'INSUFFICIENT_POINTS',
      body: { [field]: '400' },
      before: async (ledger) => await giveAway(ledger, basket({ [STAR]: 200 })),
    },
    {
      name: 'with more than there is, away from home',
      code: 'SHORT_AWAY_FROM_HOME',
      body: { [field]: '451' },
      call: { organisation: 'bank' },
    },
  ]
}

/** Bob's auction of a coupon and points. */
async function withAuction(): Promise<MemoryLedger> {
  const ledger = await tradeLedger()
  const auction = openAuction(AUCTION, BOB, basket({ [HUI]: 50 }, ['B-1']))
  await acceptAll(ledger, 'bank', [auction], { fold: ledger.completeFold() })
  await tickTo(ledger, 10)
  return ledger
}

const openAuctionTable: RefusalTable = {
  base: {
    type: 'OpenAuction',
    actor: ANN,
    organisation: 'mall',
    body: openAuction('mall:a-base', ANN, basket({ [STAR]: 5 })).command.body,
    ledger: tradeLedger,
  },
  faults: openingFaults,
}

const placeBidTable: RefusalTable = {
  base: {
    type: 'PlaceBid',
    actor: ANN,
    organisation: 'mall',
    body: placeBid(AUCTION, ANN, 20).command.body,
    ledger: withAuction,
  },
  faults: [
    { name: 'nothing', code: 'COMMAND_MALFORMED', body: { amount: '0' } },
    ...commonFaults(ANN),
    ...bidderFaults(() => closeAuction(AUCTION)),
    { name: 'less than the minimum', code: 'BID_TOO_LOW', body: { amount: '9' } },
    {
      name: 'less than the next step',
      code: 'BID_TOO_LOW',
      body: { amount: '20' },
      before: done(() => placeBid(AUCTION, CAT, 16)),
    },
    ...coverFaults('amount'),
    {
      name: 'with points past their date',
      code: 'POINTS_EXPIRED',
      body: { auction: 'bank:a-flash', asset: FLASH, amount: '200' },
      before: async (ledger) => {
        const auction = openAuction('bank:a-flash', BOB, basket({}, ['B-2']), { asset: FLASH })
        await acceptAll(ledger, 'bank', [auction])
        await rollTo(ledger, '2026-12-01')
      },
    },
    {
      name: 'with points that expire sooner',
      code: 'POINTS_EXPIRE_SOONER',
      body: { auction: 'bank:a-flash', asset: FLASH, amount: '200' },
      before: async (ledger) => {
        const auction = openAuction('bank:a-flash', BOB, basket({}, ['B-2']), { asset: FLASH })
        await acceptAll(ledger, 'bank', [auction])
        await acceptAll(ledger, 'airline', [issue(FLASH, ANN, '10')])
      },
    },
  ],
}

const closeAuctionTable: RefusalTable = {
  base: {
    type: 'CloseAuction',
    actor: CAT,
    organisation: 'bank',
    body: { auction: AUCTION },
    ledger: async () => {
      const ledger = await withAuction()
      await tickTo(ledger, 600)
      return ledger
    },
  },
  faults: [
    { name: 'no id', code: 'COMMAND_MALFORMED', body: { auction: '' } },
    ...commonFaults(CAT),
    { name: 'no such auction', code: 'CONTRACT_UNKNOWN', body: { auction: 'bank:a-none' } },
    { name: 'after its end', code: 'AUCTION_CLOSED', before: done(() => closeAuction(AUCTION)) },
    {
      name: 'a second before its end',
      code: 'NOT_DUE',
      ledger: async () => {
        const ledger = await withAuction()
        await tickTo(ledger, 599)
        return ledger
      },
    },
  ],
}

export const AUCTIONS = [openAuctionTable, placeBidTable, closeAuctionTable]
