import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, openedLedger, refill } from '../../support/opened-ledger.ts'
import { defineSeries, LESS5, seriesTerms, SPRING } from '../../support/coupon-world.ts'
import { commonFaults } from './common-faults.ts'

const SHARED = {
  funders: [
    { organisation: 'mall', share: 1 },
    { organisation: 'bank', share: 1 },
  ],
}

/** Terms that contradict themselves, of a deduction series. */
const contradictions: Fault[] = [
  {
    name: 'a face value in pieces',
    code: 'SERIES_TERMS_INVALID',
    body: { value: { kind: 'shopping', faceFen: '500', partialUse: false } },
  },
  {
    name: 'a window that ends before it begins',
    code: 'SERIES_TERMS_INVALID',
    body: { validity: { kind: 'window', from: '2026-12-24', until: '2026-12-23' } },
  },
  {
    name: 'a window that is over',
    code: 'SERIES_TERMS_INVALID',
    body: { validity: { kind: 'window', from: '2026-11-01', until: '2026-11-29' } },
  },
  {
    name: 'a blackout that ends before it begins',
    code: 'SERIES_TERMS_INVALID',
    body: { blackouts: [{ from: '2026-12-24', until: '2026-12-23' }] },
  },
]

const defineSeriesTable: RefusalTable = {
  base: {
    type: 'DefineSeries',
    actor: 'mall:till',
    organisation: 'mall',
    body: seriesTerms(LESS5, SHARED),
    signers: ['mall:till', 'bank:finance-1'],
    ledger: openedLedger,
  },
  faults: [
    { name: 'no budget', code: 'COMMAND_MALFORMED', body: { budget: '0' } },
    { name: 'no funder', code: 'COMMAND_MALFORMED', body: { funders: [] } },
    {
      name: 'more than all of the price',
      code: 'COMMAND_MALFORMED',
      body: {
        value: { kind: 'deduction', discount: { kind: 'percent', percent: 101, capFen: '1' } },
      },
    },
    ...commonFaults('mall:till'),
    {
      name: 'an acceptor that nobody knows',
      code: 'ORGANISATION_UNKNOWN',
      body: { acceptors: ['mall', 'port'] },
    },
    {
      name: 'a funder that nobody knows',
      code: 'ORGANISATION_UNKNOWN',
      body: { funders: [{ organisation: 'port', share: 1 }] },
    },
    {
      name: 'a series that exists',
      code: 'ASSET_EXISTS',
      before: async (ledger) => await acceptAll(ledger, 'mall', [defineSeries(LESS5)]),
    },
    {
      name: 'a funder that does not sign',
      code: 'APPROVALS_MISSING',
      signers: ['mall:till'],
    },
    {
      name: "a funder's till alone",
      code: 'APPROVALS_MISSING',
      signers: ['mall:till', 'bank:till'],
    },
    {
      name: "another's till",
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'bank:till' },
      signers: ['bank:till', 'bank:finance-1'],
    },
    {
      name: 'by no issuer',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'mall:finance-1' },
      signers: ['mall:finance-1', 'bank:finance-1'],
    },
    ...contradictions,
    {
      name: 'a funder twice',
      code: 'SERIES_TERMS_INVALID',
      body: { funders: [...SHARED.funders, { organisation: 'bank', share: 2 }] },
    },
  ],
}

async function withSeries(): Promise<MemoryLedger> {
  const ledger = await openedLedger()
  await acceptAll(ledger, 'mall', [defineSeries(LESS5)])
  return ledger
}

const amendSeriesTable: RefusalTable = {
  base: {
    type: 'AmendSeries',
    actor: 'mall:till',
    organisation: 'mall',
    body: { ...seriesTerms(LESS5, { perMember: 7, budget: '900' }), stopped: false },
    ledger: withSeries,
  },
  faults: [
    { name: 'neither stopped nor not', code: 'COMMAND_MALFORMED', body: { stopped: 'no' } },
    ...commonFaults('mall:till'),
    {
      name: 'an acceptor that nobody knows',
      code: 'ORGANISATION_UNKNOWN',
      body: { acceptors: ['mall', 'port'] },
    },
    { name: 'no such series', code: 'ASSET_UNKNOWN', body: { series: SPRING } },
    { name: "another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'bank:till' } },
    { name: 'by no issuer', code: 'NOT_AUTHORISED', envelope: { actor: 'mall:finance-1' } },
    { name: 'a budget that grows', code: 'SERIES_FROZEN', body: { budget: '1001' } },
    {
      name: 'a series from whose budget was drawn',
      code: 'SERIES_FROZEN',
      before: async (ledger) => await acceptAll(ledger, 'mall', [refill(LESS5, '1')]),
    },
    { name: 'a funder that does not sign', code: 'APPROVALS_MISSING', body: SHARED },
    ...contradictions,
  ],
}

/** Refusals of a series' own commands. */
export const SERIES: readonly RefusalTable[] = [defineSeriesTable, amendSeriesTable]
