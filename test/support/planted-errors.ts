import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Source, SourceMapping } from '../../reconciliation/index.ts'
import { reconcile } from '../../reconciliation/index.ts'
import { runTallystick } from '../cli/run-tallystick.ts'

const MAPPING: SourceMapping = {
  version: 1,
  format: 'csv',
  columns: {
    reference: 'entry',
    order: 'order',
    amount: 'amount',
    asset: 'asset',
    fee: 'fee',
    status: 'type',
    time: 'day',
  },
  amountDigits: 0,
  timeFormat: '%Y-%m-%d',
}

/** A file of such lines. */
export function sourceOf(path: string): Source {
  return { path, mapping: MAPPING }
}

/** A line as `export-lines` writes it, with what a channel takes for it. */
export interface Line {
  readonly entry: string
  readonly order: string
  readonly type: string
  readonly amount: string
  readonly asset: string
  readonly day: string
  readonly fee: string
}

function linesOf(path: string): Line[] {
  const [head = '', ...rows] = readFileSync(path, 'utf8').trim().split('\n')
  const names = head.split(',')
  return rows.map((row) => {
    const values = row.split(',')
    const fields = Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
    return { ...fields, fee: '0' } as unknown as Line
  })
}

/** Writes lines as a file that `sourceOf` reads. */
export function writeLines(path: string, lines: readonly Line[]): void {
  const rows = lines.map(({ entry, order, type, amount, asset, day, fee }) =>
    [entry, order, type, amount, asset, day, fee].join(','),
  )
  writeFileSync(path, `${['entry,order,type,amount,asset,day,fee', ...rows].join('\n')}\n`)
}

/** How many lines `withErrors` changes. */
const TOUCHED = 9

/** Every error that one file can have by itself, a line for each. The fifth is in two parts. */
function withErrors(lines: readonly Line[]): Line[] {
  const [first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, ...rest] = lines
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few')
  if (fourth === undefined || fifth === undefined || sixth === undefined) throw new Error('too few')
  if (seventh === undefined || eighth === undefined || ninth === undefined) {
    throw new Error('too few')
  }
  const half = BigInt(fifth.amount) / 2n
  const other = BigInt(fifth.amount) - half
  return [
    { ...first, amount: String(BigInt(first.amount) * 2n) },
    { ...second, amount: String(-BigInt(second.amount)) },
    { ...third, day: '2026-11-29' },
    fourth,
    fourth,
    { ...fifth, entry: 'part-1', order: 'O-split', amount: String(half) },
    { ...fifth, entry: 'part-2', order: 'O-split', amount: String(other) },
    { ...sixth, asset: 'mall:other:point' },
    // The seventh is missing; one is there that the ledger does not have.
    { ...seventh, entry: 'invented', order: '' },
    { ...eighth, fee: '1' },
    { ...ninth, type: 'Cancelled' },
    ...rest,
  ]
}

/** The ledger's lines, of which the one that the other file has in two parts names their order. */
function asBooked(lines: readonly Line[]): Line[] {
  return lines.map((line, at) => (at === 4 ? { ...line, order: 'O-split' } : line))
}

/** What each file can have wrong, seen from the ledger on the other side. */
const OF_BOTH = {
  AMOUNT: 1,
  REVERSED: 1,
  DATE: 1,
  ASSET: 1,
  ONLY_LEFT: 1,
  ONLY_RIGHT: 1,
  FEE: 1,
  STATUS: 1,
}

/** Lines of the ledger that a file is compared with. */
export interface PlantedIn {
  readonly dataDir: string
  readonly organisation: string
  readonly account: string
  readonly asset?: string
  /** On which side the file with the errors is. */
  readonly side: 'left' | 'right'
}

/** Plants an error of every class in a file of what was posted: all are found, none is invented. */
export async function expectPlantedErrorsFound(planted: PlantedIn): Promise<void> {
  const { dataDir, organisation, account, asset, side } = planted
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-planted-'))
  const exported = join(dir, 'ledger.csv')
  const order = ['--account', account, '--out', exported]
  if (asset !== undefined) order.push('--asset', asset)
  const data = ['--data', dataDir, '--org', organisation]
  const { status, stderr } = await runTallystick(['export-lines', ...data, ...order])
  expect([status, stderr]).toEqual([0, ''])
  const booked = asBooked(linesOf(exported))
  expect(booked.length).toBeGreaterThan(TOUCHED)
  const [channel, ledger] = [join(dir, 'channel.csv'), join(dir, 'booked.csv')]
  writeLines(channel, withErrors(booked))
  writeLines(ledger, booked)
  const [left, right] = side === 'left' ? [channel, ledger] : [ledger, channel]
  const sides = { left: sourceOf(left), right: sourceOf(right) }
  const { breaks } = await reconcile({ ...sides, out: join(dir, 'out') })
  const found = Object.entries(breaks).filter(([, count]) => count > 0)
  const ofSide =
    side === 'left' ? { DUPLICATE_LEFT: 1, AGGREGATE: 3 } : { DUPLICATE_RIGHT: 1, SPLIT: 3 }
  expect(Object.fromEntries(found)).toEqual({ ...OF_BOTH, ...ofSide })
  const same = { left: sourceOf(ledger), right: sourceOf(ledger), out: join(dir, 'same') }
  const clean = await reconcile(same)
  expect(Object.values(clean.breaks).every((count) => count === 0)).toBe(true)
  rmSync(dir, { recursive: true })
}
