import type { Fault, RefusalTable } from '../../support/faults.ts'
import {
  defineRate,
  fillRate,
  HUI_TO_STAR,
  STAR_TO_HUI,
  withRates,
} from '../../support/exchange-world.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import {
  acceptAll,
  ANN,
  BOB,
  FIXED,
  FLASH,
  refill,
  rollTo,
  stockedLedger,
} from '../../support/opened-ledger.ts'
import { accountOf, HUI, signed, STAR } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'

const FIXED_TO_HUI = 'mall:fixed-to-hui'
const FLASH_TO_HUI = 'airline:flash-to-hui'
const LATER = 'mall:later'
const SHORT = 'mall:short'
const SCARCE = 'mall:scarce'

const rated = await withRates(await stockedLedger())
await acceptAll(rated, 'mall', [
  defineRate(FIXED_TO_HUI, FIXED, HUI),
  defineRate(FLASH_TO_HUI, FLASH, HUI),
  defineRate('bank:unchained', HUI, FLASH, { chainable: false }),
  defineRate(LATER, STAR, HUI, { validFrom: '2026-12-10' }),
  defineRate(SHORT, STAR, HUI, { validUntil: '2026-11-30' }),
  defineRate(SCARCE, STAR, HUI, { capPerDay: '100', capPerMemberDay: '600' }),
  defineRate('mall:modest', STAR, HUI, { capPerMemberDay: '599' }),
])

function ledger(): Promise<MemoryLedger> {
  return Promise.resolve(rated.clone())
}

/** A leg in HUI; what is received is right for the amount of the base. */
function leg(rate: string, amount = '600', asset = HUI): Record<string, unknown> {
  return { rate, receives: { asset, amount } }
}

async function nextDay(at: MemoryLedger): Promise<void> {
  await rollTo(at, '2026-12-01')
  await fillRate(at, FLASH_TO_HUI, '2000')
}

const defineRateTable: RefusalTable = {
  base: {
    type: 'DefineRate',
    actor: 'mall:till',
    organisation: 'mall',
    signers: ['mall:till', 'bank:finance-1'],
    body: {
      rate: 'mall:another',
      from: STAR,
      to: HUI,
      toPerFrom: { numerator: '1', denominator: '3' },
      pricePerPoint: { numerator: '5000', denominator: '1' },
      validFrom: '2026-12-01',
      validUntil: '2026-12-31',
      capPerDay: '1000',
      capPerMemberDay: '100',
      chainable: false,
    },
    ledger,
  },
  faults: [
    {
      name: 'a rate of nothing',
      code: 'COMMAND_MALFORMED',
      body: { toPerFrom: { numerator: '0', denominator: '1' } },
    },
    ...commonFaults('mall:till'),
    {
      name: 'a spread to nobody',
      code: 'ORGANISATION_UNKNOWN',
      body: { spread: { party: 'port', pricePerPoint: { numerator: '1', denominator: '1' } } },
    },
    { name: 'no such points', code: 'ASSET_UNKNOWN', body: { from: 'mall:none:point' } },
    { name: 'the name of another rate', code: 'CONTRACT_EXISTS', body: { rate: STAR_TO_HUI } },
    {
      name: 'without the other issuer',
      code: 'APPROVALS_MISSING',
      signers: ['mall:till', 'airline:till'],
    },
    {
      name: 'by a member, whoever else signs',
      code: 'NOT_AUTHORISED',
      envelope: { actor: ANN },
      signers: [ANN, 'mall:till', 'bank:till'],
    },
    { name: "under a third's name", code: 'CONTRACT_ELSEWHERE', body: { rate: 'airline:rate' } },
    {
      name: 'into itself',
      code: 'ASSET_TWICE',
      body: { to: STAR },
      signers: ['mall:till', 'bank:finance-1'],
    },
    {
      name: 'from a day after the last',
      code: 'DATES_REVERSED',
      body: { validFrom: '2027-01-01' },
    },
    {
      name: 'that is over',
      code: 'LAST_DAY_PAST',
      body: { validUntil: '2026-12-01' },
      before: async (at) => await rollTo(at, '2026-12-02'),
    },
  ],
}

const closeRateTable: RefusalTable = {
  base: {
    type: 'CloseRate',
    actor: 'bank:finance-1',
    organisation: 'bank',
    body: { rate: STAR_TO_HUI },
    ledger,
  },
  faults: [
    { name: 'no name', code: 'COMMAND_MALFORMED', body: { rate: '' } },
    ...commonFaults('bank:finance-1'),
    { name: 'no such rate', code: 'CONTRACT_UNKNOWN', body: { rate: 'mall:none' } },
    {
      name: 'a rate that was put away',
      code: 'RATE_OVER',
      body: { rate: SHORT },
      before: async (at) => {
        await rollTo(at, '2026-12-01')
        await acceptAll(at, 'airline', [signed('CloseRate', 'airline', { rate: SHORT })])
      },
    },
    {
      name: "by a third's staff",
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'airline:finance-1' },
    },
    { name: 'by the organisation', code: 'NOT_AUTHORISED', envelope: { actor: 'bank' } },
  ],
}

const insufficiency: Fault[] = [
  { name: 'credits that are not named', code: 'FOLD_INCOMPLETE', foldsNothing: true },
  {
    name: 'points past their date',
    code: 'POINTS_EXPIRED',
    body: {
      pays: { asset: FLASH, amount: '100' },
      legs: [leg(FLASH_TO_HUI, '150')],
      quotedOn: '2026-12-01',
    },
    before: nextDay,
  },
  {
    name: 'points that are pending',
    code: 'POINTS_PENDING',
    body: { pays: { asset: STAR, amount: '450' }, legs: [leg(STAR_TO_HUI, '675')] },
  },
  {
    name: 'more than there is',
    code: 'INSUFFICIENT_POINTS',
    body: { pays: { asset: STAR, amount: '451' }, legs: [leg(STAR_TO_HUI, '676')] },
  },
  {
    name: 'more than there is, away from home',
    code: 'SHORT_AWAY_FROM_HOME',
    body: { pays: { asset: STAR, amount: '451' }, legs: [leg(STAR_TO_HUI, '676')] },
    call: { organisation: 'bank' },
  },
]

const exchangePointsTable: RefusalTable = {
  base: {
    type: 'ExchangePoints',
    actor: ANN,
    organisation: 'mall',
    body: {
      from: accountOf(ANN),
      to: accountOf(ANN),
      pays: { asset: STAR, amount: '400' },
      legs: [leg(STAR_TO_HUI)],
      quotedOn: '2026-11-30',
    },
    ledger,
  },
  faults: [
    { name: 'by no rate', code: 'COMMAND_MALFORMED', body: { legs: [] } },
    {
      name: 'by three rates',
      code: 'COMMAND_MALFORMED',
      body: { legs: [leg(STAR_TO_HUI), leg(HUI_TO_STAR), leg(SCARCE)] },
    },
    ...commonFaults(ANN),
    {
      name: 'no such points',
      code: 'ASSET_UNKNOWN',
      body: { pays: { asset: 'mall:none:point', amount: '400' } },
    },
    { name: 'no such rate', code: 'CONTRACT_UNKNOWN', body: { legs: [leg('mall:none')] } },
    {
      name: 'a rate for other points',
      code: 'RATES_UNFIT',
      body: { legs: [leg(STAR_TO_HUI, '600', FLASH)] },
    },
    {
      name: 'the same rate on itself',
      code: 'RATES_UNFIT',
      body: { legs: [leg(STAR_TO_HUI), leg(STAR_TO_HUI, '900')] },
    },
    {
      name: 'there and back',
      code: 'ASSET_TWICE',
      body: { legs: [leg(STAR_TO_HUI), leg(HUI_TO_STAR, '375', STAR)] },
    },
    { name: 'no such payer', code: 'ACCOUNT_UNKNOWN', body: { from: 'mall:a-none' } },
    { name: 'no such payee', code: 'ACCOUNT_UNKNOWN', body: { to: 'mall:a-none' } },
    { name: 'by another member', code: 'NOT_AUTHORISED', envelope: { actor: BOB } },
    {
      name: 'of points that stay, for somebody else',
      code: 'NOT_TRANSFERABLE',
      body: {
        pays: { asset: FIXED, amount: '40' },
        legs: [leg(FIXED_TO_HUI, '60')],
        to: accountOf(BOB),
      },
    },
    { name: 'a quote of yesterday', code: 'QUOTE_EXPIRED', body: { quotedOn: '2026-11-29' } },
    { name: 'a quote of tomorrow', code: 'QUOTE_NOT_YET', body: { quotedOn: '2026-12-01' } },
    {
      name: 'on by a rate that stands alone',
      code: 'NOT_CHAINABLE',
      body: { legs: [leg(STAR_TO_HUI), leg('bank:unchained', '900', FLASH)] },
    },
    { name: 'too early', code: 'RATE_NOT_YET', body: { legs: [leg(LATER)] } },
    {
      name: 'too late',
      code: 'RATE_OVER',
      body: { legs: [leg(SHORT)], quotedOn: '2026-12-01' },
      before: async (at) => await rollTo(at, '2026-12-01'),
    },
    {
      name: 'a point more than the rate gives',
      code: 'QUOTE_CHANGED',
      body: { legs: [leg(STAR_TO_HUI, '601')] },
    },
    {
      name: 'a point less than the rate gives',
      code: 'QUOTE_CHANGED',
      body: { legs: [leg(STAR_TO_HUI, '599')] },
    },
    {
      name: 'more than a member may in a day',
      code: 'EXCHANGE_MEMBER_CAP',
      body: { legs: [leg('mall:modest')] },
    },
    { name: 'a lane without quota', code: 'QUOTA_REFILL', call: { lane: 5 } },
    {
      name: 'a lane that has had all of the day',
      code: 'EXCHANGE_CAP',
      body: { legs: [leg(SCARCE)] },
      call: { lane: 7 },
      before: async (at) =>
        await acceptAll(at, 'mall', [refill(`${SCARCE}:2026-11-30`, '100', 'mall')], { lane: 7 }),
    },
    ...insufficiency,
  ],
}

export const EXCHANGES = [defineRateTable, closeRateTable, exchangePointsTable]
