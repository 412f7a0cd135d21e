import type { RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, rollTo } from '../../support/opened-ledger.ts'
import {
  closeAll,
  closingBody,
  CYCLE,
  defineSettlement,
  financeOf,
  NETTED,
  rollCycle,
  settle,
  settlementTerms,
  signedBy,
  tradedLedger,
} from '../../support/settlement-world.ts'
import { commonFaults } from './common-faults.ts'

const traded = await tradedLedger()
await acceptAll(traded, 'bank', [
  defineSettlement('bank:later', { validFrom: '2026-12-01' }),
  signedBy(financeOf('bank', 'mall'), 'DefineSettlement', {
    ...settlementTerms('bank:of-two', { netting: 'bilateral' }),
    accounts: [
      { organisation: 'bank', commitment: '0'.repeat(64) },
      { organisation: 'mall', commitment: '1'.repeat(64) },
    ],
  }),
])
const closed = traded.clone()
await closeAll(closed)
function copyOf(ledger: MemoryLedger): () => Promise<MemoryLedger> {
  return () => Promise.resolve(ledger.clone())
}

const ALL = financeOf('bank', 'mall', 'airline')

const defineSettlementTable: RefusalTable = {
  base: {
    type: 'DefineSettlement',
    actor: 'bank:finance-1',
    organisation: 'bank',
    signers: ALL,
    body: settlementTerms('bank:another'),
    ledger: copyOf(traded),
  },
  faults: [
    { name: 'of nobody', code: 'COMMAND_MALFORMED', body: { accounts: [] } },
    ...commonFaults('bank:finance-1'),
    {
      name: 'with a stranger',
      code: 'ORGANISATION_UNKNOWN',
      body: {
        accounts: ['bank', 'port'].map((organisation) => ({
          organisation,
          commitment: '0'.repeat(64),
        })),
      },
    },
    { name: 'the name of another', code: 'CONTRACT_EXISTS', body: { settlement: NETTED } },
    {
      name: 'without a party',
      code: 'APPROVALS_MISSING',
      signers: financeOf('bank', 'mall'),
    },
    {
      name: 'by a member, whoever else signs',
      code: 'NOT_AUTHORISED',
      envelope: { actor: ANN },
      signers: [ANN, ...ALL],
    },
    {
      name: "under a stranger's name",
      code: 'CONTRACT_ELSEWHERE',
      body: { settlement: 'port:terms' },
    },
    {
      name: 'a fee for a stranger',
      code: 'NOT_A_PARTY',
      body: { fees: [{ receiver: 'port', bearer: 'debtor', fixedFen: '1', tiers: [] }] },
    },
    {
      name: 'a fee of nothing',
      code: 'SETTLEMENT_TERMS_INVALID',
      body: { fees: [{ receiver: 'bank', bearer: 'debtor', tiers: [] }] },
    },
    { name: 'from after its end', code: 'DATES_REVERSED', body: { validFrom: '2028-01-01' } },
    {
      name: 'from a day that is over',
      code: 'BEGINS_IN_PAST',
      before: async (at) => await rollTo(at, '2026-12-01'),
    },
  ],
}

const closePositionTable: RefusalTable = {
  base: {
    type: 'ClosePosition',
    actor: 'bank:finance-1',
    organisation: 'bank',
    signers: financeOf('bank', 'mall'),
    body: closingBody(traded, 'bank:mall'),
    ledger: copyOf(traded),
  },
  faults: [
    { name: 'of no cycle', code: 'COMMAND_MALFORMED', body: { cycle: 'yesterday' } },
    ...commonFaults('bank:finance-1'),
    { name: 'under no terms', code: 'CONTRACT_UNKNOWN', body: { settlement: 'bank:none' } },
    { name: 'of a stranger', code: 'NOT_A_PARTY', body: { counterparty: 'port' } },
    { name: 'with oneself', code: 'SAME_ORGANISATION', body: { counterparty: 'bank' } },
    { name: 'by one alone', code: 'APPROVALS_MISSING', signers: financeOf('bank') },
    {
      name: 'by a member, whoever else signs',
      code: 'NOT_AUTHORISED',
      envelope: { actor: ANN },
      signers: [ANN, ...financeOf('bank', 'mall')],
    },
    { name: 'that is open', code: 'CYCLE_OPEN', body: { cycle: '2026-11-30.2' } },
    {
      name: 'before the terms hold',
      code: 'TERMS_NOT_IN_FORCE',
      body: { settlement: 'bank:later' },
    },
    {
      name: 'a second time',
      code: 'CONTRACT_EXISTS',
      before: async (at) => {
        const body = closingBody(at, 'bank:mall')
        await acceptAll(at, 'bank', [signedBy(financeOf('mall', 'bank'), 'ClosePosition', body)])
      },
    },
    {
      name: 'a delta that is not there',
      code: 'DELTA_UNKNOWN',
      body: { deltas: ['0'.repeat(64)] },
    },
    { name: 'another sum', code: 'POSITION_DIFFERS', body: { toGet: '1' } },
    { name: 'a side left out', code: 'POSITION_DIFFERS', body: { counterDeltas: [] } },
  ],
}

const settleCycleTable: RefusalTable = {
  base: {
    type: 'SettleCycle',
    actor: 'bank:finance-1',
    organisation: 'bank',
    body: settle().command.body,
    ledger: copyOf(closed),
  },
  faults: [
    { name: 'nothing', code: 'COMMAND_MALFORMED', body: { positions: [] } },
    ...commonFaults('bank:finance-1'),
    { name: 'under no terms', code: 'CONTRACT_UNKNOWN', body: { settlement: 'bank:none' } },
    {
      name: 'by a cashier',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'bank:till' },
      signers: ['bank:till'],
    },
    {
      name: 'a position that is not closed',
      code: 'POSITION_NOT_CLOSED',
      ledger: copyOf(traded),
    },
    {
      name: 'of another settlement',
      code: 'POSITION_ELSEWHERE',
      body: { settlement: 'bank:of-two', positions: [`bank:mall.${CYCLE}`] },
    },
    {
      name: 'a second time',
      code: 'POSITION_SETTLED',
      before: async (at) => await acceptAll(at, 'bank', [settle()]),
    },
    {
      name: 'without a pair that has closed',
      code: 'PAIR_LEFT_OUT',
      body: { positions: [`bank:mall.${CYCLE}`, `airline:bank.${CYCLE}`] },
    },
  ],
}

const corrected = traded.published.find(({ entry }) => entry.type === 'RedeemPoints')
const corrects = {
  actor: corrected?.entry.actor,
  commandId: corrected?.entry.commandId,
  entryHash: corrected?.hash,
}

const postAdjustmentTable: RefusalTable = {
  base: {
    type: 'PostAdjustment',
    actor: 'mall:finance-1',
    organisation: 'mall',
    signers: ['mall:finance-1', 'mall:finance-2', 'bank:finance-1'],
    body: {
      debtor: 'bank',
      creditor: 'mall',
      microYuan: '10000',
      corrects,
      period: '2026-11-30',
      reason: 'a price of yesterday',
    },
    ledger: copyOf(traded),
  },
  faults: [
    { name: 'of nothing', code: 'COMMAND_MALFORMED', body: { microYuan: '0' } },
    ...commonFaults('mall:finance-1'),
    { name: 'with a stranger', code: 'ORGANISATION_UNKNOWN', body: { creditor: 'port' } },
    { name: 'with oneself', code: 'SAME_ORGANISATION', body: { debtor: 'mall', creditor: 'mall' } },
    {
      name: 'of no entry',
      code: 'ENTRY_UNKNOWN',
      body: { corrects: { ...corrects, entryHash: '0'.repeat(64) } },
    },
    {
      name: 'between two others',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'airline:finance-1' },
      signers: ['airline:finance-1', 'mall:finance-1', 'mall:finance-2', 'bank:finance-1'],
    },
    {
      name: 'without a second person',
      code: 'APPROVALS_MISSING',
      signers: ['mall:finance-1', 'bank:finance-1', 'bank:finance-2'],
    },
    {
      name: 'for a day to come',
      code: 'PERIOD_AHEAD',
      body: { period: '2026-12-24' },
    },
    {
      name: 'for a day that is locked',
      code: 'PERIOD_LOCKED',
      before: async (at) => {
        await rollCycle(at, '2026-12-01')
        const signers = ['bank:finance-1', 'bank:finance-2']
        await acceptAll(at, 'bank', [signedBy(signers, 'LockPeriod', { until: '2026-11-30' })])
      },
    },
  ],
}

const lockPeriodTable: RefusalTable = {
  base: {
    type: 'LockPeriod',
    actor: 'mall:finance-1',
    organisation: 'mall',
    signers: ['mall:finance-1', 'mall:finance-2'],
    body: { until: '2026-11-29' },
    ledger: copyOf(traded),
  },
  faults: [
    { name: 'until no day', code: 'COMMAND_MALFORMED', body: { until: '2026-11-31' } },
    ...commonFaults('mall:finance-1'),
    {
      name: 'by a cashier',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'mall:till' },
      signers: ['mall:till', 'mall:finance-1', 'mall:finance-2'],
    },
    { name: 'by one alone', code: 'APPROVALS_MISSING', signers: ['mall:finance-1', 'bank:till'] },
    { name: 'until today', code: 'PERIOD_AHEAD', body: { until: '2026-11-30' } },
    {
      name: 'a second time',
      code: 'PERIOD_LOCKED',
      before: async (at) => {
        const signers = ['mall:finance-1', 'mall:finance-2']
        await acceptAll(at, 'mall', [signedBy(signers, 'LockPeriod', { until: '2026-11-29' })])
      },
    },
  ],
}

const setNetDebitCapTable: RefusalTable = {
  base: {
    type: 'SetNetDebitCap',
    actor: 'bank:finance-1',
    organisation: 'bank',
    signers: financeOf('bank', 'airline'),
    body: { organisation: 'mall', microYuan: '1000000', validFrom: '2026-12-01' },
    ledger: copyOf(traded),
  },
  faults: [
    { name: 'of nothing', code: 'COMMAND_MALFORMED', body: { microYuan: '0' } },
    ...commonFaults('bank:finance-1'),
    { name: 'for a stranger', code: 'ORGANISATION_UNKNOWN', body: { organisation: 'port' } },
    { name: 'by one alone', code: 'APPROVALS_MISSING', signers: ['bank:finance-1', 'bank:till'] },
    { name: 'from today', code: 'BEGINS_IN_PAST', body: { validFrom: '2026-11-30' } },
  ],
}

export const SETTLEMENT: readonly RefusalTable[] = [
  defineSettlementTable,
  closePositionTable,
  settleCycleTable,
  postAdjustmentTable,
  lockPeriodTable,
  setNetDebitCapTable,
]
