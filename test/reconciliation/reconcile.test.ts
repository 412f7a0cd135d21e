import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type {
  BreakClass,
  ReconciliationSummary,
  SourceMapping,
} from '../../reconciliation/index.ts'
import { BREAK_CLASSES, reconcile } from '../../reconciliation/index.ts'

interface Line {
  readonly reference: string
  readonly order: string
  readonly account: string
  readonly asset: string
  readonly amount: number
  readonly fee: number
  readonly status: string
  readonly day: string
}

const MAPPING: SourceMapping = {
  version: 1,
  format: 'csv',
  columns: {
    reference: 'reference',
    order: 'order',
    account: 'account',
    asset: 'asset',
    amount: 'amount',
    fee: 'fee',
    status: 'status',
    time: 'day',
  },
  amountDigits: 0,
  timeFormat: '%Y-%m-%d',
}

const HEADER = 'reference,order,account,asset,amount,fee,status,day'

let dir: string
let runs = 0

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-reconcile-'))
})

afterAll(() => rmSync(dir, { recursive: true }))

function csvOf(lines: readonly Line[]): string {
  const rows = lines.map((line) => Object.values(line).join(','))
  return `${[HEADER, ...rows].join('\n')}\n`
}

interface Reconciled {
  readonly summary: ReconciliationSummary
  /** Class and reference of every break. */
  readonly breaks: readonly string[]
  readonly out: string
}

async function run(
  left: { readonly text: string | Buffer; readonly mapping?: SourceMapping },
  right: { readonly text: string | Buffer; readonly mapping?: SourceMapping },
): Promise<Reconciled> {
  runs += 1
  const [leftPath, rightPath] = [join(dir, `${runs}.left`), join(dir, `${runs}.right`)]
  const out = join(dir, `${runs}.out`)
  writeFileSync(leftPath, left.text)
  writeFileSync(rightPath, right.text)
  const summary = await reconcile({
    left: { path: leftPath, mapping: left.mapping ?? MAPPING },
    right: { path: rightPath, mapping: right.mapping ?? MAPPING },
    out,
  })
  const [, ...rows] = readFileSync(join(out, 'breaks.csv'), 'utf8').trimEnd().split('\n')
  const breaks = rows.map((row) => row.split(',').slice(0, 2).join(' '))
  return { summary, breaks, out }
}

const line = (reference: string, change: Partial<Line> = {}): Line => ({
  reference,
  order: `o-${reference}`,
  account: 'bank:till',
  asset: 'CNY',
  amount: 1_000,
  fee: 6,
  status: 'paid',
  day: '2026-12-01',
  ...change,
})

/** A pair for every class, beside many lines that match. */
function planted(): { left: Line[]; right: Line[]; expected: string[] } {
  const same = Array.from({ length: 3_000 }, (_, at) => line(`m-${String(at)}`, { amount: at }))
  const left = [
    line('asset'),
    line('reversed'),
    line('amount'),
    line('fee'),
    line('status'),
    line('date'),
    line('left'),
    line('twice'),
    line('twice', { amount: 1 }),
    line('again'),
    line('whole', { order: 'split', amount: 900 }),
    line('part-1', { order: 'sum', amount: 400 }),
    line('part-2', { order: 'sum', amount: 500 }),
    line('other', { order: 'unequal', amount: 7 }),
    line('yuan', { order: 'mixed', amount: 900 }),
    line('dollars', { order: 'mixed', asset: 'USD', amount: 5 }),
  ]
  const right = [
    line('asset', { asset: 'USD', amount: 7 }),
    line('reversed', { amount: -1_000 }),
    line('amount', { amount: 999, fee: 1 }),
    line('fee', { fee: 7, status: 'open' }),
    line('status', { status: 'open' }),
    line('date', { day: '2026-12-02' }),
    line('right'),
    line('twice'),
    line('again'),
    line('again'),
    line('again'),
    line('piece-1', { order: 'split', amount: 300 }),
    line('piece-2', { order: 'split', amount: 600 }),
    line('sum', { order: 'sum', amount: 900 }),
    line('one', { order: 'unequal', amount: 3 }),
    line('two', { order: 'unequal', amount: 3 }),
    line('yuan-1', { order: 'mixed', amount: 400 }),
    line('yuan-2', { order: 'mixed', amount: 500 }),
    line('euros', { order: 'mixed', asset: 'EUR', amount: 5 }),
  ]
  const expected = [
    'ASSET asset',
    'REVERSED reversed',
    'AMOUNT amount',
    'FEE fee',
    'STATUS status',
    'DATE date',
    'ONLY_LEFT left',
    'ONLY_RIGHT right',
    'DUPLICATE_LEFT twice',
    'DUPLICATE_RIGHT again',
    'DUPLICATE_RIGHT again',
    'SPLIT whole',
    'SPLIT piece-1',
    'SPLIT piece-2',
    'AGGREGATE part-1',
    'AGGREGATE part-2',
    'AGGREGATE sum',
    'ONLY_LEFT other',
    'ONLY_RIGHT one',
    'ONLY_RIGHT two',
    'SPLIT yuan',
    'SPLIT yuan-1',
    'SPLIT yuan-2',
    'ONLY_LEFT dollars',
    'ONLY_RIGHT euros',
  ]
  return { left: [...same, ...left], right: [...right, ...same.toReversed()], expected }
}

describe('errors of every class that were planted', () => {
  test('are found, and none besides', async () => {
    const { left, right, expected } = planted()
    const { summary, breaks } = await run({ text: csvOf(left) }, { text: csvOf(right) })
    expect(breaks.toSorted()).toEqual(expected.toSorted())
    expect(summary.matched).toBe(3_000 + 2)
    expect(BREAK_CLASSES.filter((name) => summary.breaks[name] === 0)).toEqual([])
    expect(summary.left).toMatchObject({ lines: left.length, rejected: 0 })
    expect(summary.left.tree).toMatchObject({ lines: left.length + 1, leaves: 3 })
  })

  test('are the same in another encoding, with other columns, signs and statuses', async () => {
    const { left, right, expected } = planted()
    const rows = right.map(({ reference, order, account, asset, amount, fee, status, day }) => {
      const yuan = (Math.abs(amount) / 100).toFixed(2)
      const side = amount < 0 ? '借' : '贷'
      const fields = [day, reference, yuan, side, (fee / 100).toFixed(2), asset, account, order]
      return [...fields, status === 'paid' ? '已付' : '待付'].map((field) => `'${field}'`).join('|')
    })
    const mapping: SourceMapping = {
      version: 1,
      format: 'csv',
      encoding: 'gb18030',
      delimiter: '|',
      quote: "'",
      header: false,
      columns: {
        time: 1,
        reference: 2,
        amount: 3,
        sign: 4,
        fee: 5,
        asset: 6,
        account: 7,
        order: 8,
        status: 9,
      },
      amountDigits: 2,
      negativeSigns: ['借'],
      statuses: { 已付: 'paid', 待付: 'open' },
      timeFormat: '%Y-%m-%d',
    }
    const text = gb18030(`${rows.join('\n')}\n`)
    const { breaks } = await run({ text: csvOf(left) }, { text, mapping })
    expect(breaks.toSorted()).toEqual(expected.toSorted())
  })

  test('are the same from JSON lines and from Parquet', async () => {
    const { left, right, expected } = planted()
    const json = `${right.map((row) => JSON.stringify(row)).join('\n')}\n`
    const mapping: SourceMapping = { ...MAPPING, format: 'jsonl' }
    const fromJson = await run({ text: csvOf(left) }, { text: json, mapping })
    expect(fromJson.breaks.toSorted()).toEqual(expected.toSorted())
    const path = join(dir, 'right.parquet')
    writeFileSync(join(dir, 'right.csv'), csvOf(right))
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(`COPY (SELECT * FROM '${join(dir, 'right.csv')}') TO '${path}'`)
    const parquet = {
      text: readFileSync(path),
      mapping: { ...MAPPING, format: 'parquet' } as const,
    }
    const fromParquet = await run({ text: csvOf(left) }, parquet)
    expect(fromParquet.breaks.toSorted()).toEqual(expected.toSorted())
  })
})

/** Node writes no GB18030: the few characters that are needed stand in a table. */
function gb18030(text: string): Buffer {
  const parts = Array.from(text, (char) => CODES.get(char) ?? [char.charCodeAt(0)])
  return Buffer.from(parts.flat())
}

const CODES: ReadonlyMap<string, readonly number[]> = new Map([
  ['借', [0xbd, 0xe8]],
  ['贷', [0xb4, 0xfb]],
  ['已', [0xd2, 0xd1]],
  ['付', [0xb8, 0xb6]],
  ['待', [0xb4, 0xfd]],
])

describe('lines that cannot be read', () => {
  test('are told with their number and the reason, and nothing else is lost', async () => {
    const rows = [
      csvOf([line('good')]).trimEnd(),
      'few,columns',
      ',o,a,CNY,1,0,paid,2026-12-01',
      'r1,o,a,CNY,1.5,0,paid,2026-12-01',
      'r2,o,a,CNY,1e3,0,paid,2026-12-01',
      'r3,o,a,CNY,1,x,paid,2026-12-01',
      'r4,o,a,CNY,1,0,paid,1.12.2026',
      'r5,o,a,,1,0,paid,2026-12-01',
      'last,o-last,bank:till,CNY,1000,6,paid,2026-12-01',
    ]
    const { summary, out, breaks } = await run(
      { text: `${rows.join('\n')}\n` },
      { text: csvOf([line('good'), line('last', { amount: 2 })]) },
    )
    expect(readFileSync(join(out, 'rejects.csv'), 'utf8').trimEnd().split('\n')).toEqual([
      'side,line,reason',
      'left,3,LINE_MALFORMED',
      'left,4,REFERENCE_EMPTY',
      'left,5,AMOUNT_UNREADABLE',
      'left,6,AMOUNT_UNREADABLE',
      'left,7,FEE_UNREADABLE',
      'left,8,TIME_UNREADABLE',
      'left,9,ASSET_EMPTY',
    ])
    expect(summary.left).toMatchObject({ lines: 9, rejected: 7 })
    expect(breaks).toEqual(['AMOUNT last'])
    expect(readFileSync(join(out, 'breaks.csv'), 'utf8')).toMatch(/\nAMOUNT,last,10,3,/)
  })
})

const someLines = fc.array(
  fc.record({
    reference: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    order: fc.constantFrom('', 'x', 'y'),
    account: fc.constantFrom('p', 'q'),
    asset: fc.constantFrom('CNY', 'USD'),
    amount: fc.integer({ min: -3, max: 3 }),
    fee: fc.nat(1),
    status: fc.constantFrom('paid', 'open'),
    day: fc.constantFrom('2026-12-01', '2026-12-02'),
  }),
  { maxLength: 14 },
)

function count(summary: ReconciliationSummary, ...classes: BreakClass[]): number {
  return classes.reduce((sum, name) => sum + summary.breaks[name], 0)
}

test('every line is claimed once, and what differs is what the sums differ by', async () => {
  await fc.assert(
    fc.asyncProperty(someLines, someLines, async (left, right) => {
      const { summary, breaks } = await run({ text: csvOf(left) }, { text: csvOf(right) })
      const pairs = count(summary, 'ASSET', 'REVERSED', 'AMOUNT', 'FEE', 'STATUS', 'DATE')
      const together = count(summary, 'SPLIT', 'AGGREGATE')
      const alone = count(summary, 'DUPLICATE_LEFT', 'DUPLICATE_RIGHT', 'ONLY_LEFT', 'ONLY_RIGHT')
      expect(2 * (summary.matched + pairs) + together + alone).toBe(left.length + right.length)
      const assets = new Set([...left, ...right].map(({ asset }) => asset))
      for (const asset of assets) {
        const sum = (lines: readonly Line[]): number =>
          lines.reduce((total, one) => total + (one.asset === asset ? one.amount : 0), 0)
        expect(Number(summary.impact[asset] ?? 0)).toBe(sum(left) - sum(right))
      }
      const mirrored = await run({ text: csvOf(right) }, { text: csvOf(left) })
      const names = breaks.map((name) => mirrorOf(name)).toSorted()
      expect(mirrored.breaks.toSorted()).toEqual(names)
    }),
    { numRuns: 25 },
  )
}, 120_000)

/** The same break as the other side sees it. */
function mirrorOf(name: string): string {
  const swapped = new Map([
    ['LEFT', 'RIGHT'],
    ['RIGHT', 'LEFT'],
    ['SPLIT', 'AGGREGATE'],
    ['AGGREGATE', 'SPLIT'],
  ])
  return name.replace(/LEFT|RIGHT|SPLIT|AGGREGATE/, (word) => swapped.get(word) ?? word)
}

test('results are not written over', async () => {
  const { out } = await run({ text: csvOf([line('a')]) }, { text: csvOf([line('a')]) })
  const source = { path: join(dir, `${runs}.left`), mapping: MAPPING }
  await expect(reconcile({ left: source, right: source, out })).rejects.toThrow(/^OUTPUT_EXISTS/)
})
