import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Source, SourceMapping } from '../../../reconciliation/index.ts'
import { reconcile } from '../../../reconciliation/index.ts'
import { runTallystick } from '../../cli/run-tallystick.ts'
import { STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'

const LIMIT_MS = 120_000

const MAPPING: SourceMapping = {
  version: 1,
  format: 'csv',
  columns: { reference: 'entry', order: 'order', amount: 'amount', asset: 'asset', time: 'day' },
  amountDigits: 0,
  timeFormat: '%Y-%m-%d',
}

function sourceOf(path: string): Source {
  return { path, mapping: MAPPING }
}

/** A line as `export-lines` writes it. */
interface Line {
  readonly entry: string
  readonly order: string
  readonly amount: string
  readonly asset: string
  readonly day: string
}

function linesOf(path: string): Line[] {
  const [head = '', ...rows] = readFileSync(path, 'utf8').trim().split('\n')
  const names = head.split(',')
  return rows.map((row) => {
    const values = row.split(',')
    return Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])) as unknown as Line
  })
}

function write(path: string, lines: readonly Line[]): void {
  const rows = lines.map(({ entry, order, amount, asset, day }) =>
    [entry, order, amount, asset, day].join(','),
  )
  writeFileSync(path, `${['entry,order,amount,asset,day', ...rows].join('\n')}\n`)
}

/** One error of each class that a file with these columns can have on the left. */
function withErrors(lines: readonly Line[]): Line[] {
  const [first, second, third, fourth, fifth, sixth, seventh, ...rest] = lines
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few')
  if (fourth === undefined || fifth === undefined || sixth === undefined) throw new Error('too few')
  if (seventh === undefined) throw new Error('too few')
  const half = BigInt(fifth.amount) / 2n
  const whole = [fifth, { ...fifth, entry: 'part-2', amount: String(BigInt(fifth.amount) - half) }]
  return [
    { ...first, amount: String(BigInt(first.amount) - 1n) },
    { ...second, amount: String(-BigInt(second.amount)) },
    { ...third, day: '2026-11-29' },
    fourth,
    fourth,
    { ...whole[0], entry: 'part-1', order: 'O-split', amount: String(half) } as Line,
    { ...whole[1], order: 'O-split' } as Line,
    { ...sixth, asset: 'mall:other:point' },
    // The seventh is missing; one is there that the ledger does not have.
    { ...seventh, entry: 'invented' },
    ...rest,
  ]
}

/** When all else is done: the merchant's file of orders against the ledger, and the ledger itself. */
export function reconciliationStories(net: GetNetwork): void {
  test(
    "errors of eight classes in the merchant's file are found, and none is invented",
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'tallystick-orders-'))
      const exported = join(dir, 'ledger.csv')
      const order = ['--account', '7104', '--asset', STAR, '--out', exported]
      const data = ['--data', net().dataDir, '--org', 'mall']
      const { status, stderr } = await runTallystick(['export-lines', ...data, ...order])
      expect([status, stderr]).toEqual([0, ''])
      const lines = linesOf(exported)
      expect(lines.length).toBeGreaterThan(10)
      const ledger = lines.map((line, at) => (at === 4 ? { ...line, order: 'O-split' } : line))
      const [left, right] = [join(dir, 'orders.csv'), join(dir, 'clean.csv')]
      write(left, withErrors(ledger))
      write(right, ledger)
      const summary = await reconcile({
        left: sourceOf(left),
        right: sourceOf(right),
        out: join(dir, 'out'),
      })
      const found = Object.entries(summary.breaks).filter(([, count]) => count > 0)
      expect(Object.fromEntries(found)).toEqual({
        AMOUNT: 1,
        REVERSED: 1,
        DATE: 1,
        DUPLICATE_LEFT: 1,
        AGGREGATE: 3,
        ASSET: 1,
        ONLY_LEFT: 1,
        ONLY_RIGHT: 1,
      })
      const clean = await reconcile({
        left: sourceOf(right),
        right: sourceOf(right),
        out: join(dir, 'same'),
      })
      expect(Object.values(clean.breaks).every((count) => count === 0)).toBe(true)
      rmSync(dir, { recursive: true })
    },
    LIMIT_MS,
  )

  test(
    'the ledger itself holds before an auditor: details, totals, blocks, positions, read model',
    async () => {
      const audit = ['audit', '--org', 'airline', '--data', net().dataDir, '--json']
      const { status, stdout, stderr } = await runTallystick(audit)
      expect(status, `${stdout}\n${stderr}`).toBe(0)
    },
    LIMIT_MS,
  )
}
