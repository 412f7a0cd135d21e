import type { Fault, RefusalTable } from '../../support/faults.ts'
import {
  acceptAll,
  ANN,
  BOB,
  compact,
  FIXED,
  FLASH,
  issue,
  redeem,
  refill,
  rolledLedger,
  rollTo,
  stockedLedger,
  submitOne,
} from '../../support/opened-ledger.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { financeOf, signedBy } from '../../support/settlement-world.ts'
import { accountOf, HUI, STAR } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const noSuchPoints: Fault = {
  name: 'no such points',
  code: 'ASSET_UNKNOWN',
  body: { asset: 'mall:none:point' },
}

/** The mall may owe one yuan, net, in each cycle from tomorrow on, and tomorrow comes. */
async function capStars(ledger: MemoryLedger): Promise<void> {
  const body = { organisation: 'mall', microYuan: '1000000', validFrom: '2026-12-01' }
  await acceptAll(ledger, 'bank', [signedBy(financeOf('bank', 'mall'), 'SetNetDebitCap', body)])
  await rollTo(ledger, '2026-12-01')
}

const issuePoints: RefusalTable = {
  base: {
    type: 'IssuePoints',
    actor: 'mall:till',
    organisation: 'mall',
    body: {
      asset: STAR,
      to: accountOf(ANN),
      spendFen: '1000',
      receipt: 'R-base',
      store: 'S-1',
      funder: 'mall',
    },
    ledger: stockedLedger,
  },
  faults: [
    { name: 'no such day', code: 'COMMAND_MALFORMED', body: { availableFrom: '2026-11-31' } },
    { name: 'a negative purchase', code: 'COMMAND_MALFORMED', body: { spendFen: '-1000' } },
    ...commonFaults('mall:till'),
    {
      name: 'through the gateway of another',
      code: 'FUNDER_MUST_SUBMIT',
      call: { organisation: 'bank' },
    },
    noSuchPoints,
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    {
      name: 'neither issuer nor partner',
      code: 'NOT_AUTHORISED',
      body: { asset: HUI, funder: 'airline' },
      envelope: { actor: 'airline:till' },
      call: { organisation: 'airline' },
    },
    { name: "another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    {
      name: 'at the expense of another',
      code: 'NOT_AUTHORISED',
      body: { funder: 'bank' },
      call: { organisation: 'bank' },
    },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    { name: 'by the organisation', code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
    {
      name: 'held back for 31 days',
      code: 'AVAILABLE_FROM_TOO_LATE',
      body: { availableFrom: '2026-12-31' },
    },
    {
      name: 'held back until it has expired',
      code: 'AVAILABLE_FROM_TOO_LATE',
      body: { asset: FLASH, availableFrom: '2026-12-01' },
    },
    {
      name: 'a receipt that was used',
      code: 'RECEIPT_USED',
      body: { receipt: 'R-used' },
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [
          issue(HUI, BOB, '100', { funder: 'mall', receipt: 'R-used' }),
        ]),
    },
    { name: 'a purchase of 9 fen', code: 'NOTHING_TO_ISSUE', body: { spendFen: '9' } },
    { name: 'a lane without quota', code: 'QUOTA_REFILL', call: { lane: 5 } },
    {
      name: 'a lane that has had the last of the pool',
      code: 'BUDGET_EXHAUSTED',
      body: { asset: FLASH, spendFen: '40000' },
      call: { lane: 7 },
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [refill(FLASH, '9000', 'mall')], { lane: 7 }),
    },
    {
      name: 'more than a refill has found in the pool',
      code: 'BUDGET_EXHAUSTED',
      body: { asset: FLASH, spendFen: '40000' },
      call: { lane: 7 },
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [refill(FLASH, '9000', 'mall', '4000')], { lane: 7 }),
    },
    {
      name: 'no more than a refill has left in the pool',
      code: 'QUOTA_REFILL',
      body: { asset: FLASH, spendFen: '30000' },
      call: { lane: 7 },
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [refill(FLASH, '9000', 'mall', '4000')], { lane: 7 }),
    },
  ],
}

/** Ann holds 400 STAR and 50 that come on the next day, and FLASH that ends with the month. */
const insufficiency: Fault[] = [
  { name: 'credits that are not named', code: 'FOLD_INCOMPLETE', foldsNothing: true },
  {
    name: 'points past their date',
    code: 'POINTS_EXPIRED',
    body: { asset: FLASH, amount: '100' },
    before: async (ledger) => await rollTo(ledger, '2026-12-01'),
  },
  { name: 'points that are pending', code: 'POINTS_PENDING', body: { amount: '450' } },
  { name: 'more than there is', code: 'INSUFFICIENT_POINTS', body: { amount: '451' } },
]

const transferPoints: RefusalTable = {
  base: {
    type: 'TransferPoints',
    actor: ANN,
    organisation: 'mall',
    body: { asset: STAR, from: accountOf(ANN), to: accountOf(BOB), amount: '400' },
    ledger: stockedLedger,
  },
  faults: [
    { name: 'nothing', code: 'COMMAND_MALFORMED', body: { amount: '0' } },
    ...commonFaults(ANN),
    noSuchPoints,
    { name: 'no such payer', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'no such payee', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    { name: "by the account's home", code: 'NOT_AUTHORISED', envelope: { actor: 'mall' } },
    { name: 'to himself', code: 'SAME_ACCOUNT', body: { to: accountOf(ANN) } },
    { name: 'points that stay', code: 'NOT_TRANSFERABLE', body: { asset: FIXED } },
    ...insufficiency,
    {
      name: 'more than is held, away from home',
      code: 'SHORT_AWAY_FROM_HOME',
      body: { amount: '5000' },
      call: { organisation: 'airline' },
    },
  ],
}

const redeemPoints: RefusalTable = {
  base: {
    type: 'RedeemPoints',
    actor: ANN,
    organisation: 'mall',
    body: {
      asset: STAR,
      from: accountOf(ANN),
      amount: '400',
      acceptor: 'bank',
      store: 'S-1',
      order: 'O-base',
    },
    ledger: stockedLedger,
  },
  faults: [
    { name: 'half a point', code: 'COMMAND_MALFORMED', body: { amount: '0.5' } },
    ...commonFaults(ANN),
    noSuchPoints,
    { name: 'no such payer', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    { name: 'by the acceptor', code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'where they are not taken', code: 'NOT_ACCEPTED', body: { acceptor: 'port' } },
    {
      name: 'an order that is paid',
      code: 'ORDER_PAID',
      body: { order: 'O-paid' },
      before: async (ledger) =>
        await acceptAll(
          ledger,
          'mall',
          [redeem(HUI, ANN, '1', { acceptor: 'bank', order: 'O-paid' })],
          {
            fold: ledger.completeFold(),
          },
        ),
    },
    ...insufficiency,
    {
      name: 'more than is held, away from home',
      code: 'SHORT_AWAY_FROM_HOME',
      body: { amount: '5000' },
      call: { organisation: 'airline' },
    },
    {
      name: 'more than its issuer may owe, before the lane is filled',
      code: 'QUOTA_REFILL',
      body: { amount: '400' },
      before: capStars,
    },
    {
      name: 'more than its issuer may owe',
      code: 'NET_DEBIT_CAP',
      body: { amount: '400' },
      before: async (ledger) => {
        await capStars(ledger)
        const bound = 'mall:2026-12-01.1:net-debit'
        await acceptAll(ledger, 'mall', [refill(bound, '1', 'mall', '2000000')])
      },
    },
  ],
}

const expirePoints: RefusalTable = {
  base: {
    type: 'ExpirePoints',
    actor: 'bank',
    organisation: 'bank',
    body: { asset: FLASH, account: accountOf(ANN) },
    ledger: rolledLedger,
  },
  faults: [
    { name: 'no account', code: 'COMMAND_MALFORMED', body: { account: '' } },
    ...commonFaults('bank'),
    noSuchPoints,
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { account: 'mall:a-none' } },
    { name: 'nothing past its date', code: 'NOTHING_TO_EXPIRE', body: { asset: STAR } },
  ],
}

const foldCreditsTable: RefusalTable = {
  base: {
    type: 'FoldCredits',
    actor: 'bank',
    organisation: 'bank',
    body: { asset: STAR, account: accountOf(ANN) },
    ledger: stockedLedger,
  },
  faults: [
    { name: 'no account', code: 'COMMAND_MALFORMED', body: { account: '' } },
    ...commonFaults('bank'),
    noSuchPoints,
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { account: 'mall:a-none' } },
    { name: 'no credits named', code: 'NOTHING_TO_FOLD', foldsNothing: true },
    {
      name: 'credits that a debit has folded',
      code: 'NOTHING_TO_FOLD',
      before: async (ledger) => await submitOne(ledger, 'mall', redeem(STAR, ANN, '1')),
    },
  ],
}

/** The deltas of STAR that was issued: the ledger is made anew in the same way every time. */
const [stocked] = (await stockedLedger())
  .openDeltas()
  .filter(({ account, asset }) => account === '7101' && asset === STAR)
const deltas = stocked?.deltas ?? []

const compactTable: RefusalTable = {
  base: {
    type: 'Compact',
    actor: 'bank',
    organisation: 'bank',
    body: { account: '7101', asset: STAR, deltas },
    ledger: stockedLedger,
  },
  faults: [
    { name: 'one delta', code: 'COMMAND_MALFORMED', body: { deltas: deltas.slice(0, 1) } },
    {
      name: 'a delta twice',
      code: 'COMMAND_MALFORMED',
      body: { deltas: [...deltas, ...deltas] },
    },
    {
      name: 'more than 500',
      code: 'COMMAND_MALFORMED',
      body: {
        deltas: Array.from({ length: 501 }, (_, index) => String(index).padStart(64, '0')),
      },
    },
    {
      name: 'an account that reaches into another key',
      code: 'COMMAND_MALFORMED',
      body: { account: '3001/bank/mall/2026-11-30.1/more' },
    },
    ...commonFaults('bank'),
    {
      name: 'a delta that is not there',
      code: 'DELTA_UNKNOWN',
      body: { deltas: [...deltas, 'f'.repeat(64)] },
    },
    { name: 'deltas of another account', code: 'DELTA_UNKNOWN', body: { account: '7104' } },
    {
      name: 'deltas that another compaction took in',
      code: 'DELTA_UNKNOWN',
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [compact({ account: '7101', asset: STAR, deltas })]),
    },
  ],
}

export const MOVEMENT = [
  issuePoints,
  transferPoints,
  redeemPoints,
  expirePoints,
  foldCreditsTable,
  compactTable,
]
