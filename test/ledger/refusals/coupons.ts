import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, openedLedger, refill, rollTo } from '../../support/opened-ledger.ts'
import {
  amendSeries,
  expireCoupons,
  giveCoupons,
  openSeries,
  SPRING,
  voidCoupons,
} from '../../support/coupon-world.ts'
import { accountOf } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const CAPPED = 'mall:capped:piece'
const XMAS = 'mall:xmas:piece'
const PINNED = 'mall:pinned:piece'

/** SPRING from with Ann and B-1 with Bob; more series with a term of their own each. */
async function couponLedger(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING)
  await openSeries(ledger, CAPPED, { perMember: 2 })
  await openSeries(ledger, XMAS, {
    validity: { kind: 'window', from: '2026-12-01', until: '2026-12-01' },
  })
  await openSeries(ledger, PINNED, { transferable: false })
  await giveCoupons(ledger, SPRING, ANN, ['A-1', 'A-2', 'A-3'])
  await giveCoupons(ledger, SPRING, BOB, ['B-1'])
  await giveCoupons(ledger, CAPPED, ANN, ['C-1'])
  await giveCoupons(ledger, PINNED, ANN, ['P-1'])
  return ledger
}

const noSuchSeries: Fault = {
  name: 'no such series',
  code: 'ASSET_UNKNOWN',
  body: { series: 'mall:none:fen' },
}

const issueCoupons: RefusalTable = {
  base: {
    type: 'IssueCoupons',
    actor: 'mall:till',
    organisation: 'mall',
    body: { series: SPRING, to: accountOf(ANN), coupons: [{ serial: 'N-1' }, { serial: 'N-2' }] },
    ledger: couponLedger,
  },
  faults: [
    {
      name: 'a serial twice',
      code: 'COMMAND_MALFORMED',
      body: { coupons: [{ serial: 'N-1' }, { serial: 'N-1' }] },
    },
    {
      name: 'a serial in parts',
      code: 'COMMAND_MALFORMED',
      body: { coupons: [{ serial: 'a/b' }] },
    },
    ...commonFaults('mall:till'),
    {
      name: 'through the gateway of another',
      code: 'ISSUER_MUST_SUBMIT',
      call: { organisation: 'bank' },
    },
    noSuchSeries,
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: "another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    {
      name: 'a series that was stopped',
      code: 'SERIES_STOPPED',
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [
          amendSeries(SPRING, { stopped: true }),
          amendSeries(CAPPED, { perMember: 2, stopped: true }),
        ]),
    },
    {
      name: 'a series that is over',
      code: 'SERIES_OVER',
      body: { series: XMAS },
      before: async (ledger) => await rollTo(ledger, '2026-12-02'),
    },
    {
      name: 'a serial that is used',
      code: 'COUPON_EXISTS',
      body: { coupons: [{ serial: 'N-1' }, { serial: 'B-1' }] },
    },
    {
      name: 'more than one may get',
      code: 'PER_MEMBER_CAP',
      body: { series: CAPPED, coupons: [{ serial: 'N-1' }, { serial: 'N-2' }] },
    },
    { name: 'a lane without quota', code: 'QUOTA_REFILL', call: { lane: 5 } },
    {
      name: 'a lane that knows that the pool is empty',
      code: 'BUDGET_EXHAUSTED',
      call: { lane: 7 },
      before: async (ledger) => await acceptAll(ledger, 'mall', [refill(SPRING, '1')], { lane: 7 }),
    },
  ],
}

/** What has become of Ann's coupon in the meantime. */
const ended: Fault[] = [
  {
    name: 'a coupon that was made void',
    code: 'COUPON_VOIDED',
    before: async (ledger) => await acceptAll(ledger, 'mall', [voidCoupons(SPRING, ['A-1'])]),
  },
  {
    name: 'a coupon that has expired',
    code: 'COUPON_EXPIRED',
    before: async (ledger) => {
      await rollTo(ledger, '2026-12-31')
      await acceptAll(ledger, 'mall', [expireCoupons(SPRING, ['A-1'])])
    },
  },
]

function coupons(series: string, serial: string): Record<string, unknown> {
  return { coupons: [{ series, serial }] }
}

const transferCoupons: RefusalTable = {
  base: {
    type: 'TransferCoupons',
    actor: ANN,
    organisation: 'mall',
    body: { from: accountOf(ANN), to: accountOf(BOB), ...coupons(SPRING, 'A-1') },
    ledger: couponLedger,
  },
  faults: [
    { name: 'a note that is too long', code: 'COMMAND_MALFORMED', body: { note: 'x'.repeat(141) } },
    ...commonFaults(ANN),
    { name: 'no such sender', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'no such receiver', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    { name: 'to oneself', code: 'SAME_ACCOUNT', body: { to: accountOf(ANN) } },
    { name: 'nothing', code: 'BASKET_EMPTY', body: { coupons: [] } },
    { name: 'no such series', code: 'ASSET_UNKNOWN', body: coupons('mall:none:fen', 'A-1') },
    { name: 'no such coupon', code: 'COUPON_UNKNOWN', body: coupons(SPRING, 'A-9') },
    { name: 'a coupon that stays', code: 'NOT_TRANSFERABLE', body: coupons(PINNED, 'P-1') },
    { name: "another's coupon", code: 'NOT_COUPON_HOLDER', body: coupons(SPRING, 'B-1') },
    ...ended,
    {
      name: 'a coupon past its date',
      code: 'COUPON_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-31'),
    },
  ],
}

const expireCouponsTable: RefusalTable = {
  base: {
    type: 'ExpireCoupons',
    actor: BOB,
    organisation: 'bank',
    body: { series: SPRING, serials: ['A-1', 'A-9'] },
    async ledger() {
      const ledger = await couponLedger()
      await rollTo(ledger, '2026-12-31')
      return ledger
    },
  },
  faults: [
    { name: 'no serial', code: 'COMMAND_MALFORMED', body: { serials: [] } },
    ...commonFaults(BOB),
    noSuchSeries,
    { name: 'no such coupon', code: 'NOTHING_TO_EXPIRE', body: { serials: ['A-9'] } },
    {
      name: 'a coupon that has expired',
      code: 'NOTHING_TO_EXPIRE',
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [expireCoupons(SPRING, ['A-1', 'A-2'])]),
    },
    {
      name: 'a coupon on its last day',
      code: 'NOTHING_TO_EXPIRE',
      async ledger() {
        const ledger = await couponLedger()
        await rollTo(ledger, '2026-12-30')
        return ledger
      },
    },
  ],
}

const voidCouponsTable: RefusalTable = {
  base: {
    type: 'VoidCoupons',
    actor: 'mall:finance-1',
    organisation: 'mall',
    body: { series: SPRING, serials: ['A-1', 'B-1'], reason: 'misprint' },
    signers: ['mall:finance-1', 'mall:finance-2'],
    ledger: couponLedger,
  },
  faults: [
    { name: 'no reason', code: 'COMMAND_MALFORMED', body: { reason: '' } },
    ...commonFaults('mall:finance-1'),
    noSuchSeries,
    { name: 'no such coupon', code: 'COUPON_UNKNOWN', body: { serials: ['A-1', 'A-9'] } },
    { name: 'one alone', code: 'APPROVALS_MISSING', signers: ['mall:finance-1'] },
    {
      name: "with another's finance",
      code: 'APPROVALS_MISSING',
      signers: ['mall:finance-1', 'bank:finance-1'],
    },
    ...ended,
  ],
}

/** Refusals of what is done with coupons that are named. */
export const COUPONS: readonly RefusalTable[] = [
  issueCoupons,
  transferCoupons,
  expireCouponsTable,
  voidCouponsTable,
]
