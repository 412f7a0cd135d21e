import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN } from '../../support/opened-ledger.ts'
import {
  CYCLE,
  financeOf,
  instructedLedger,
  paymentsOf,
  rollCycle,
  signedBy,
} from '../../support/settlement-world.ts'
import { commonFaults } from './common-faults.ts'

const instructed = await instructedLedger()
const [payment] = paymentsOf(instructed)
const { id = '', debtor = '', creditor = '' } = payment ?? {}

function copyOf(ledger: MemoryLedger): () => Promise<MemoryLedger> {
  return () => Promise.resolve(ledger.clone())
}

async function send(at: MemoryLedger, fen: string, reference = 'B-1'): Promise<void> {
  const body = { payment: id, reference, fen }
  await acceptAll(at, debtor, [signedBy(financeOf(debtor), 'SendRemittance', body)])
}

async function confirm(at: MemoryLedger, fen: string, reference = 'B-1'): Promise<void> {
  const body = { payment: id, reference, fen }
  await acceptAll(at, creditor, [signedBy(financeOf(creditor), 'ConfirmRemittance', body)])
}

async function payAll(at: MemoryLedger): Promise<void> {
  await send(at, String(payment?.fen), 'B-0')
  await confirm(at, String(payment?.fen), 'B-0')
}

const stranger: Fault = {
  name: 'by a stranger to it',
  code: 'NOT_AUTHORISED',
  envelope: { actor: 'bank:till' },
  signers: ['bank:till'],
}

const noPayment: Fault = {
  name: 'of no payment',
  code: 'CONTRACT_UNKNOWN',
  body: { payment: `bank:mall.${CYCLE}.${'0'.repeat(16)}` },
}

const noReference: Fault = {
  name: 'no reference',
  code: 'COMMAND_MALFORMED',
  body: { reference: '' },
}

const sendRemittanceTable: RefusalTable = {
  base: {
    type: 'SendRemittance',
    actor: `${debtor}:finance-1`,
    organisation: debtor,
    body: { payment: id, reference: 'B-1', fen: '1' },
    ledger: copyOf(instructed),
  },
  faults: [
    noReference,
    ...commonFaults(`${debtor}:finance-1`),
    noPayment,
    stranger,
    { name: 'when all is paid', code: 'PAYMENT_CLOSED', before: payAll },
    {
      name: 'a reference again',
      code: 'REMITTANCE_EXISTS',
      before: async (at) => await send(at, '1'),
    },
    { name: 'too much', code: 'REMITTANCE_EXCEEDS', body: { fen: '9000000' } },
  ],
}

const sent = instructed.clone()
await send(sent, '3')

const confirmRemittanceTable: RefusalTable = {
  base: {
    type: 'ConfirmRemittance',
    actor: `${creditor}:finance-1`,
    organisation: creditor,
    body: { payment: id, reference: 'B-1', fen: '3' },
    ledger: copyOf(sent),
  },
  faults: [
    noReference,
    ...commonFaults(`${creditor}:finance-1`),
    noPayment,
    stranger,
    { name: 'that was not sent', code: 'REMITTANCE_UNKNOWN', body: { reference: 'B-9' } },
    { name: 'more than was sent', code: 'RECEIPT_EXCEEDS', body: { fen: '4' } },
  ],
}

const withdrawRemittanceTable: RefusalTable = {
  base: {
    type: 'WithdrawRemittance',
    actor: `${debtor}:finance-1`,
    organisation: debtor,
    body: { payment: id, reference: 'B-1' },
    ledger: copyOf(sent),
  },
  faults: [
    noReference,
    ...commonFaults(`${debtor}:finance-1`),
    noPayment,
    stranger,
    { name: 'that was not sent', code: 'REMITTANCE_UNKNOWN', body: { reference: 'B-9' } },
    {
      name: 'that came in',
      code: 'REMITTANCE_RECEIVED',
      before: async (at) => await confirm(at, '3'),
    },
  ],
}

const overdue = instructed.clone()
for (const date of ['2026-12-01', '2026-12-02', '2026-12-03']) await rollCycle(overdue, date)

const carryOverPaymentTable: RefusalTable = {
  base: {
    type: 'CarryOverPayment',
    actor: ANN,
    organisation: 'mall',
    body: { payment: id },
    ledger: copyOf(overdue),
  },
  faults: [
    { name: 'of nothing', code: 'COMMAND_MALFORMED', body: { payment: 'payment' } },
    ...commonFaults(ANN).map((fault) =>
      fault.code === 'COMMAND_EXPIRED'
        ? { ...fault, envelope: { notAfter: '2026-12-02' }, ledger: copyOf(overdue) }
        : fault,
    ),
    noPayment,
    { name: 'that is paid', code: 'PAYMENT_CLOSED', before: payAll },
    { name: 'within its days', code: 'NOT_DUE', ledger: copyOf(instructed) },
  ],
}

export const PAYMENTS: readonly RefusalTable[] = [
  sendRemittanceTable,
  confirmRemittanceTable,
  withdrawRemittanceTable,
  carryOverPaymentTable,
]
