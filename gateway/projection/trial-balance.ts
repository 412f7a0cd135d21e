import type { AccountCode, Delta } from '../../ledger/index.ts'
import { CHART_OF_ACCOUNTS, codeOf } from '../../ledger/index.ts'
import type { BookQueries, Turnover } from './queries/book-queries.ts'

/** A line of the general ledger. `balance` stands on the normal side of the code. */
export interface TrialBalanceRow extends Delta {
  readonly code: AccountCode
  readonly name: string
  readonly asset: string
  readonly balance: bigint
}

/** What an organisation has to get from (positive) or pay to its counterparty in a cycle. */
export interface ClearingRow extends Delta {
  readonly organisation: string
  readonly counterparty: string
  readonly cycle: string
  readonly asset: string
  readonly balance: bigint
}

export interface TrialBalance {
  readonly rows: readonly TrialBalanceRow[]
  readonly detail: readonly ClearingRow[]
  readonly totals: readonly (Delta & { readonly asset: string })[]
  /** Debit equals credit in every asset. */
  readonly balanced: boolean
  /** The code totals that the chain keeps equal what its entries come to 总分平衡. */
  readonly generalEqualsDetail: boolean
}

/** Draws up the trial balance 试算平衡表. */
export function trialBalance(books: BookQueries): TrialBalance {
  const general = books.general()
  const accounts = books.accounts()
  const rows = general.flatMap((line) => (isCode(line.path) ? [toRow(line)] : []))
  const totals = sumPerAsset(rows)
  return {
    rows,
    detail: accounts.filter(({ path }) => codeOf(path) === '3001').map(toClearingRow),
    totals,
    balanced: totals.every(({ debit, credit }) => debit === credit),
    generalEqualsDetail: areEqual(general, [...books.detail(), ...accounts]),
  }
}

function isCode(path: string): boolean {
  return !path.includes('/')
}

function toRow({ path, asset, debit, credit }: Turnover): TrialBalanceRow {
  const code = codeOf(path)
  const { name, normal } = CHART_OF_ACCOUNTS[code]
  const balance = normal === 'debit' ? debit - credit : credit - debit
  return { code, name, asset, debit, credit, balance }
}

function toClearingRow({ path, asset, debit, credit }: Turnover): ClearingRow {
  const [, organisation = '', counterparty = '', cycle = ''] = path.split('/')
  return { organisation, counterparty, cycle, asset, debit, credit, balance: debit - credit }
}

function sumPerAsset(rows: readonly TrialBalanceRow[]): TrialBalance['totals'] {
  const totals = new Map<string, Delta>()
  for (const { asset, debit, credit } of rows) {
    const sum = totals.get(asset) ?? { debit: 0n, credit: 0n }
    totals.set(asset, { debit: sum.debit + debit, credit: sum.credit + credit })
  }
  return [...totals].map(([asset, sum]) => ({ asset, ...sum }))
}

/** Whether the same accounts have the same turnover on both sides. */
function areEqual(general: readonly Turnover[], detail: readonly Turnover[]): boolean {
  const lines = new Set(detail.map(lineText))
  return general.length === lines.size && general.every((line) => lines.has(lineText(line)))
}

function lineText({ path, asset, debit, credit }: Turnover): string {
  return `${path} ${asset} ${debit} ${credit}`
}
