import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, openedLedger, refill, rollTo } from '../../support/opened-ledger.ts'
import {
  amendSeries,
  claimCode,
  claimCoupon,
  claimRush,
  closeRush,
  defineSeries,
  issueCoupons,
  openRush,
  openSeries,
  registerClaimCodes,
  SPRING,
} from '../../support/coupon-world.ts'
import { accountOf } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const RUSH = 'mall:rush-base'
const EARLY = 'mall:rush-early'
const SOON = 'mall:soon:fen'
const SOON_DAYS = { kind: 'window', from: '2026-12-01', until: '2026-12-09' }

async function stop(ledger: MemoryLedger): Promise<void> {
  await acceptAll(ledger, 'mall', [amendSeries(SPRING, { stopped: true })])
}

async function withCodes(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  await openSeries(ledger, SPRING)
  await acceptAll(ledger, 'mall', [registerClaimCodes(SPRING, [1, 2])])
  return ledger
}

const registerClaimCodesTable: RefusalTable = {
  base: {
    type: 'RegisterClaimCodes',
    actor: 'mall:till',
    organisation: 'mall',
    body: registerClaimCodes(SPRING, [3, 4]).command.body,
    ledger: withCodes,
  },
  faults: [
    { name: 'no key', code: 'COMMAND_MALFORMED', body: { codes: ['MFkw'] } },
    ...commonFaults('mall:till'),
    { name: 'no such series', code: 'ASSET_UNKNOWN', body: { series: 'mall:none:fen' } },
    { name: "another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    {
      name: 'a code that is there',
      code: 'CLAIM_CODE_EXISTS',
      body: registerClaimCodes(SPRING, [3, 2]).command.body,
    },
  ],
}

const CLAIM = claimCoupon(SPRING, 1, ANN).command.body

const claimCouponTable: RefusalTable = {
  base: { type: 'ClaimCoupon', actor: ANN, organisation: 'mall', body: CLAIM, ledger: withCodes },
  faults: [
    { name: 'no signature', code: 'COMMAND_MALFORMED', body: { signature: '' } },
    ...commonFaults(ANN),
    {
      name: 'through the gateway of another',
      code: 'ISSUER_MUST_SUBMIT',
      call: { organisation: 'bank' },
    },
    { name: 'no such series', code: 'ASSET_UNKNOWN', body: { series: 'mall:none:fen' } },
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    {
      name: 'no such code',
      code: 'CLAIM_CODE_UNKNOWN',
      body: { code: claimCode(9).publicKey },
    },
    { name: "into another's wallet", code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    {
      name: 'a signature that was copied on its way',
      code: 'CLAIM_SIGNATURE_INVALID',
      body: { to: accountOf(BOB) },
      envelope: { actor: BOB },
    },
    {
      name: 'the signature by another code',
      code: 'CLAIM_SIGNATURE_INVALID',
      body: { signature: claimCoupon(SPRING, 2, ANN).command.body['signature'] },
    },
    {
      name: 'a code that was used',
      code: 'CLAIM_CODE_USED',
      before: async (ledger) => await acceptAll(ledger, 'mall', [claimCoupon(SPRING, 1, BOB)]),
    },
    { name: 'a series that was stopped', code: 'SERIES_STOPPED', before: stop },
    {
      name: 'a coupon that was issued under its number',
      code: 'COUPON_EXISTS',
      before: async (ledger) =>
        await acceptAll(ledger, 'mall', [issueCoupons(SPRING, BOB, [claimCode(1).keyId])]),
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

/** Two rushes for SPRING, of which one begins on the next day, with quota of both in lane 0. */
async function withRush(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [
    defineSeries(SPRING),
    defineSeries(SOON, { validity: SOON_DAYS }),
    openRush(RUSH, SPRING),
    openRush(EARLY, SPRING, { from: '2026-12-01' }),
  ])
  await acceptAll(ledger, 'mall', [refill(RUSH, '50000'), refill(EARLY, '5000')])
  return ledger
}

const openRushTable: RefusalTable = {
  base: {
    type: 'OpenRush',
    actor: 'mall:till',
    organisation: 'mall',
    body: openRush('mall:rush-new', SPRING).command.body,
    ledger: withRush,
  },
  faults: [
    { name: 'none', code: 'COMMAND_MALFORMED', body: { total: 0 } },
    ...commonFaults('mall:till'),
    { name: 'no such series', code: 'ASSET_UNKNOWN', body: { series: 'mall:none:fen' } },
    { name: 'an id that is used', code: 'CONTRACT_EXISTS', body: { rush: RUSH } },
    { name: 'an id of another', code: 'NOT_AUTHORISED', body: { rush: 'bank:rush-new' } },
    { name: "another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    {
      name: 'a series that was stopped',
      code: 'SERIES_STOPPED',
      async before(ledger) {
        await stop(ledger)
        await acceptAll(ledger, 'mall', [amendSeries(SOON, { validity: SOON_DAYS, stopped: true })])
      },
    },
    { name: 'over already', code: 'LAST_DAY_PAST', body: { until: '2026-11-29' } },
    {
      name: 'an end before the beginning',
      code: 'LAST_DAY_PAST',
      body: { from: '2026-12-09', until: '2026-12-08' },
    },
    { name: 'longer than the series', code: 'SERIES_OVER', body: { series: SOON } },
    { name: 'more than the budget', code: 'BUDGET_EXHAUSTED', body: { total: 981 } },
  ],
}

const claimRushTable: RefusalTable = {
  base: {
    type: 'ClaimRush',
    actor: ANN,
    organisation: 'mall',
    body: claimRush(RUSH, SPRING, ANN).command.body,
    ledger: withRush,
  },
  faults: [
    { name: 'no series', code: 'COMMAND_MALFORMED', body: { series: 'mall:star:point' } },
    ...commonFaults(ANN),
    {
      name: 'through the gateway of another',
      code: 'ISSUER_MUST_SUBMIT',
      call: { organisation: 'bank' },
    },
    { name: 'no such rush', code: 'CONTRACT_UNKNOWN', body: { rush: 'mall:rush-none' } },
    { name: 'a rush for something else', code: 'CONTRACT_UNKNOWN', body: { series: SOON } },
    { name: 'no such account', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: "into another's wallet", code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    {
      name: 'after its last day',
      code: 'RUSH_OVER',
      before: async (ledger) => await rollTo(ledger, '2026-12-11'),
    },
    { name: 'before it begins', code: 'RUSH_NOT_YET', body: { rush: EARLY } },
    {
      name: 'a second time',
      code: 'RUSH_CLAIMED',
      before: async (ledger) => await acceptAll(ledger, 'mall', [claimRush(RUSH, SPRING, ANN)]),
    },
    { name: 'a series that was stopped', code: 'SERIES_STOPPED', before: stop },
    { name: 'a lane without quota', code: 'QUOTA_REFILL', call: { lane: 5 } },
    {
      name: 'a lane that knows that the pool is empty',
      code: 'RUSH_OVER',
      call: { lane: 7 },
      before: async (ledger) => await acceptAll(ledger, 'mall', [refill(RUSH, '1')], { lane: 7 }),
    },
  ],
}

const closeRushTable: RefusalTable = {
  base: {
    type: 'CloseRush',
    actor: BOB,
    organisation: 'bank',
    body: { rush: RUSH },
    async ledger() {
      const ledger = await withRush()
      await rollTo(ledger, '2026-12-11')
      return ledger
    },
  },
  faults: [
    { name: 'no rush', code: 'COMMAND_MALFORMED', body: { rush: 'rush' } },
    ...commonFaults(BOB),
    { name: 'no such rush', code: 'CONTRACT_UNKNOWN', body: { rush: 'mall:rush-none' } },
    {
      name: 'a rush that was closed',
      code: 'RUSH_OVER',
      before: async (ledger) => await acceptAll(ledger, 'mall', [closeRush(RUSH)]),
    },
    {
      name: 'on its last day',
      code: 'NOT_DUE',
      async ledger() {
        const ledger = await withRush()
        await rollTo(ledger, '2026-12-10')
        return ledger
      },
    },
  ],
}

/** Refusals of claims: by a code on paper, and in a rush. */
export const CLAIMS: readonly RefusalTable[] = [
  registerClaimCodesTable,
  claimCouponTable,
  openRushTable,
  claimRushTable,
  closeRushTable,
]
