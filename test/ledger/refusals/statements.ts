import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN } from '../../support/opened-ledger.ts'
import { financeOf, rollCycle, tradedLedger } from '../../support/settlement-world.ts'
import {
  BANK_AND_MALL,
  BANKS,
  closedLedger,
  commit,
  commitmentOf,
  exchangeStatements,
  MALL_AND_BANK,
  MALLS,
  reveal,
  SALT,
  signResult,
} from '../../support/statement-world.ts'
import { commonFaults } from './common-faults.ts'

const closed = await closedLedger()
const COMMITMENTS = [commit(BANK_AND_MALL, BANKS), commit(MALL_AND_BANK, MALLS)]
const committed = closed.clone()
await acceptAll(committed, 'bank', COMMITMENTS)
const unclosed = await tradedLedger()
await acceptAll(unclosed, 'bank', COMMITMENTS)
const matched = closed.clone()
await exchangeStatements(matched)
const overdue = committed.clone()
for (const date of ['2026-12-01', '2026-12-02', '2026-12-03', '2026-12-04']) {
  await rollCycle(overdue, date)
}

function copyOf(ledger: MemoryLedger): () => Promise<MemoryLedger> {
  return () => Promise.resolve(ledger.clone())
}

const cashier: Fault = {
  name: 'by a cashier',
  code: 'NOT_AUTHORISED',
  envelope: { actor: 'bank:till' },
  signers: ['bank:till'],
}

const noneBegun: Fault = {
  name: 'that nobody has begun',
  code: 'CONTRACT_UNKNOWN',
  body: { cycle: '2026-11-29.1' },
}

const noCycle: Fault = { name: 'of no cycle', code: 'COMMAND_MALFORMED', body: { cycle: 'now' } }

const commitStatementTable: RefusalTable = {
  base: {
    type: 'CommitStatement',
    actor: 'bank:finance-1',
    organisation: 'bank',
    body: { ...BANK_AND_MALL, commitment: commitmentOf(BANK_AND_MALL, BANKS) },
    ledger: copyOf(closed),
  },
  faults: [
    noCycle,
    ...commonFaults('bank:finance-1'),
    { name: 'with a stranger', code: 'ORGANISATION_UNKNOWN', body: { counterparty: 'port' } },
    { name: 'with oneself', code: 'SAME_ORGANISATION', body: { counterparty: 'bank' } },
    cashier,
    { name: 'of an open cycle', code: 'CYCLE_OPEN', body: { cycle: '2026-11-30.2' } },
    {
      name: 'when both have',
      code: 'RECONCILIATION_STANDS',
      before: async (at) => await acceptAll(at, 'bank', COMMITMENTS),
    },
    {
      name: 'a second time',
      code: 'STATEMENT_COMMITTED',
      before: async (at) => await acceptAll(at, 'bank', [commit(BANK_AND_MALL, BANKS)]),
    },
  ],
}

const revealStatementTable: RefusalTable = {
  base: {
    type: 'RevealStatement',
    actor: 'bank:finance-1',
    organisation: 'bank',
    body: { ...BANK_AND_MALL, statement: BANKS, salt: SALT },
    ledger: copyOf(committed),
  },
  faults: [
    noCycle,
    ...commonFaults('bank:finance-1'),
    noneBegun,
    cashier,
    {
      name: 'before the other has committed',
      code: 'STATEMENT_MISSING',
      ledger: async () => {
        const ledger = closed.clone()
        await acceptAll(ledger, 'bank', [commit(BANK_AND_MALL, BANKS)])
        return ledger
      },
    },
    {
      name: 'when both have',
      code: 'RECONCILIATION_STANDS',
      before: async (at) =>
        await acceptAll(at, 'bank', [reveal(BANK_AND_MALL, BANKS), reveal(MALL_AND_BANK, MALLS)]),
    },
    {
      name: 'another than was committed to',
      code: 'STATEMENT_DIFFERS',
      body: { statement: { ...BANKS, toGet: '1' } },
    },
    { name: 'with another salt', code: 'STATEMENT_DIFFERS', body: { salt: '1f'.repeat(16) } },
    {
      name: 'before the position is closed',
      code: 'POSITION_NOT_CLOSED',
      ledger: copyOf(unclosed),
    },
  ],
}

const signReconciliationTable: RefusalTable = {
  base: {
    type: 'SignReconciliation',
    actor: 'bank:finance-1',
    organisation: 'bank',
    signers: financeOf('bank', 'mall'),
    body: { ...BANK_AND_MALL, breaks: '0', root: 'c'.repeat(64) },
    ledger: copyOf(matched),
  },
  faults: [
    noCycle,
    ...commonFaults('bank:finance-1'),
    noneBegun,
    { name: 'by one alone', code: 'APPROVALS_MISSING', signers: financeOf('bank') },
    {
      name: 'by a member, whoever else signs',
      code: 'NOT_AUTHORISED',
      envelope: { actor: ANN },
      signers: [ANN, ...financeOf('bank', 'mall')],
    },
    {
      name: 'before the statements are known',
      code: 'STATEMENT_MISSING',
      ledger: copyOf(committed),
    },
    {
      name: 'a second time',
      code: 'RECONCILIATION_STANDS',
      before: async (at) => await acceptAll(at, 'bank', [signResult('0')]),
    },
    { name: 'breaks where there are none', code: 'BREAKS_DIFFER', body: { breaks: '1' } },
  ],
}

const lapseReconciliationTable: RefusalTable = {
  base: {
    type: 'LapseReconciliation',
    actor: ANN,
    organisation: 'mall',
    body: BANK_AND_MALL,
    ledger: copyOf(overdue),
  },
  faults: [
    noCycle,
    ...commonFaults(ANN).map((fault) =>
      fault.code === 'COMMAND_EXPIRED'
        ? { ...fault, envelope: { notAfter: '2026-12-02' }, ledger: copyOf(overdue) }
        : fault,
    ),
    noneBegun,
    { name: 'within its days', code: 'NOT_DUE', ledger: copyOf(committed) },
  ],
}

export const STATEMENTS: readonly RefusalTable[] = [
  commitStatementTable,
  revealStatementTable,
  signReconciliationTable,
  lapseReconciliationTable,
]
