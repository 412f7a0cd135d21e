import { writeFileSync } from 'node:fs'
import type { LineResult } from './play-lines.ts'
import type { Summary } from './summary.ts'

/** Writes one JSON line for each line of the files. */
export function writeResults(path: string, results: readonly LineResult[]): void {
  writeFileSync(path, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
}

/** The summary as people read it, without a last line that says what comes next. */
export function describeSummary(summary: Summary): string {
  const { lines, entries, refusals, replayed, unresolved, seconds, linesPerSecond } = summary
  const counts: [string, string][] = [
    ['lines', grouped(lines)],
    ['entries', grouped(entries)],
    ...Object.entries(refusals).map(([code, count]): [string, string] => [code, grouped(count)]),
    ['replayed', grouped(replayed)],
    ['unresolved', grouped(unresolved)],
    ['seconds', seconds.toFixed(1)],
    ['lines per second', grouped(linesPerSecond)],
  ]
  const { trialBalance, liability } = summary
  const verdict = isRight(summary)
    ? 'debits equal credits for every asset, general ledger equals detail'
    : 'THE BOOKS DO NOT BALANCE'
  const rows = trialBalance.rows.map(({ code, name, asset, debit, credit, balance }) => [
    `${code} ${name}`,
    asset,
    ...[debit, credit, balance].map(groupedText),
  ])
  const programmes = liability.map((programme) => [
    programme.asset,
    ...[programme.issued, programme.redeemed, programme.expired, programme.outstanding].map(
      groupedText,
    ),
    yuan(programme.liabilityMicroYuan),
  ])
  return [
    table([], counts),
    `Trial balance at block ${trialBalance.asOfBlock}, business date ${trialBalance.businessDate ?? 'none'}: ${verdict}`,
    table(['account', 'asset', 'debit', 'credit', 'balance'], rows),
    'Outstanding liability',
    table(['programme', 'issued', 'redeemed', 'expired', 'outstanding', 'yuan'], programmes),
  ].join('\n\n')
}

/** Whether the books balance as the gateway reports them. */
export function isRight({ trialBalance }: Summary): boolean {
  return trialBalance.balanced && trialBalance.generalEqualsDetail
}

function grouped(count: number): string {
  return count.toLocaleString('en')
}

function groupedText(amount: string): string {
  return BigInt(amount).toLocaleString('en')
}

/** Micro-yuan as yuan, exact. */
export function yuan(microYuan: string): string {
  const amount = BigInt(microYuan)
  const absolute = amount < 0n ? -amount : amount
  const fraction = String(absolute % 1_000_000n).padStart(6, '0')
  const sign = amount < 0n ? '-' : ''
  return `${sign}${(absolute / 1_000_000n).toLocaleString('en')}.${fraction}`
}

/** Text columns to the left, figures to the right. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = headings.length === 0 ? rows : [headings, ...rows]
  const columns = (all[0] ?? []).map((_cell, column) => {
    const cells = rows.map((row) => row[column] ?? '')
    const isFigure = cells.every((cell) => /^-?[\d,.]+$/.test(cell))
    return { isFigure, width: Math.max(...all.map((row) => columnsOf(row[column] ?? ''))) }
  })
  const line = (row: readonly string[]): string =>
    columns
      .map(({ isFigure, width }, column) => aligned(row[column] ?? '', width, isFigure))
      .join('  ')
  return all.map((row) => `  ${line(row)}`.trimEnd()).join('\n')
}

function aligned(cell: string, width: number, isFigure: boolean): string {
  const space = ' '.repeat(width - columnsOf(cell))
  return isFigure ? space + cell : cell + space
}

/** How many columns of a terminal a text takes: a Chinese character takes two. */
function columnsOf(text: string): number {
  return text.length + (text.match(/\p{Script=Han}/gu)?.length ?? 0)
}
