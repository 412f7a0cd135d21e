import { create } from 'xmlbuilder2'
import type { Payment, SettlementTerms } from '../../ledger/index.ts'
import { unsentFen } from '../../ledger/index.ts'

/** A payment with what it is paid by. */
export interface Instruction {
  readonly id: string
  readonly payment: Payment
  readonly terms: SettlementTerms
}

/** Fen as yuan with two decimals. */
function yuanOf(fen: bigint): string {
  const digits = String(fen).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}

function commitmentOf({ accounts }: SettlementTerms, organisation: string): string {
  return accounts.find((one) => one.organisation === organisation)?.commitment ?? ''
}

const COLUMNS = [
  'payment',
  'debtor',
  'creditor',
  'currency',
  'amount',
  'pay_by',
  'debtor_account',
  'creditor_account',
] as const

/** What is still to be sent, as CSV with a header. No field can hold a comma or a quote. */
export function instructionsCsv(instructions: readonly Instruction[]): string {
  const lines = instructions.map(({ id, payment, terms }) => {
    const { debtor, creditor, payBy } = payment
    const accounts = [debtor, creditor].map((one) => commitmentOf(terms, one))
    return [id, debtor, creditor, 'CNY', yuanOf(unsentFen(payment)), payBy, ...accounts].join(',')
  })
  return [COLUMNS.join(','), ...lines, ''].join('\r\n')
}

/**
 * The same in the form of an ISO 20022 pacs.008.001.08 message. Accounts stand in it as the
 * commitments of the terms, and there is no time of creation: a bank's own system puts in both.
 */
export function instructionsXml(name: string, instructions: readonly Instruction[]): string {
  const total = instructions.reduce((sum, { payment }) => sum + unsentFen(payment), 0n)
  const root = create({ version: '1.0', encoding: 'UTF-8' })
    .ele('Document', { xmlns: 'urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08' })
    .ele('FIToFICstmrCdtTrf')
  const header = root.ele('GrpHdr')
  header.ele('MsgId').txt(name)
  header.ele('NbOfTxs').txt(String(instructions.length))
  header.ele('TtlIntrBkSttlmAmt', { Ccy: 'CNY' }).txt(yuanOf(total))
  header.ele('SttlmInf').ele('SttlmMtd').txt('CLRG')
  for (const { id, payment, terms } of instructions) {
    const transfer = root.ele('CdtTrfTxInf')
    transfer.ele('PmtId').ele('EndToEndId').txt(id)
    transfer.ele('IntrBkSttlmAmt', { Ccy: 'CNY' }).txt(yuanOf(unsentFen(payment)))
    transfer.ele('IntrBkSttlmDt').txt(payment.payBy)
    transfer.ele('ChrgBr').txt('SLEV')
    for (const [element, organisation] of [
      ['Dbtr', payment.debtor],
      ['Cdtr', payment.creditor],
    ] as const) {
      transfer.ele(element).ele('Nm').txt(organisation)
      const account = transfer.ele(`${element}Acct`).ele('Id').ele('Othr')
      account.ele('Id').txt(commitmentOf(terms, organisation))
    }
    transfer.ele('RmtInf').ele('Ustrd').txt(`cycle ${payment.cycle}`)
  }
  return root.end({ prettyPrint: true })
}
