import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BreakPolicy, Source, SourceMapping } from '../../../reconciliation/index.ts'
import { BreakRegister, readFoundBreaks, reconcile } from '../../../reconciliation/index.ts'
import { runTallystick } from '../../cli/run-tallystick.ts'
import { STAR } from '../../support/world.ts'
import type { GetNetwork } from './requests.ts'

const LIMIT_MS = 120_000

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

function sourceOf(path: string): Source {
  return { path, mapping: MAPPING }
}

/** A line as `export-lines` writes it, with what a channel takes for it. */
interface Line {
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

function write(path: string, lines: readonly Line[]): void {
  const rows = lines.map(({ entry, order, type, amount, asset, day, fee }) =>
    [entry, order, type, amount, asset, day, fee].join(','),
  )
  writeFileSync(path, `${['entry,order,type,amount,asset,day,fee', ...rows].join('\n')}\n`)
}

const POLICY: BreakPolicy = {
  version: 1,
  owner: 'lin',
  dueDays: 3,
  people: { lin: 'clerk' },
  writeOff: {},
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

/** When all else is done: the merchant's file of orders against the ledger, and the ledger itself. */
export function reconciliationStories(net: GetNetwork): void {
  test.each([
    ["the merchant's export of orders", '7104', STAR, 'left'],
    ["the channel's file of purchases that gave points", '7101', STAR, 'right'],
  ] as const)(
    'errors of every class in %s are found, and none is invented',
    async (_name, account, asset, side) => {
      const dir = mkdtempSync(join(tmpdir(), 'tallystick-orders-'))
      const exported = join(dir, 'ledger.csv')
      const order = ['--account', account, '--asset', asset, '--out', exported]
      const data = ['--data', net().dataDir, '--org', 'mall']
      const { status, stderr } = await runTallystick(['export-lines', ...data, ...order])
      expect([status, stderr]).toEqual([0, ''])
      const booked = asBooked(linesOf(exported))
      expect(booked.length).toBeGreaterThan(TOUCHED)
      const [channel, ledger] = [join(dir, 'channel.csv'), join(dir, 'booked.csv')]
      write(channel, withErrors(booked))
      write(ledger, booked)
      const [left, right] = side === 'left' ? [channel, ledger] : [ledger, channel]
      const summary = await reconcile({
        left: sourceOf(left),
        right: sourceOf(right),
        out: join(dir, 'out'),
      })
      const found = Object.entries(summary.breaks).filter(([, count]) => count > 0)
      const ofSide =
        side === 'left' ? { DUPLICATE_LEFT: 1, AGGREGATE: 3 } : { DUPLICATE_RIGHT: 1, SPLIT: 3 }
      expect(Object.fromEntries(found)).toEqual({ ...OF_BOTH, ...ofSide })
      const same = { left: sourceOf(ledger), right: sourceOf(ledger), out: join(dir, 'same') }
      const clean = await reconcile(same)
      expect(Object.values(clean.breaks).every((count) => count === 0)).toBe(true)
      rmSync(dir, { recursive: true })
    },
    LIMIT_MS,
  )

  test(
    'a break is closed by an adjusting entry that both have signed, and by no other',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'tallystick-register-'))
      const [left, right] = [join(dir, 'left.csv'), join(dir, 'right.csv')]
      const line = { order: '', type: 'sale', asset: 'CNY', day: '2026-12-01', fee: '0' }
      write(left, [{ ...line, entry: 'one', amount: '100' }])
      write(right, [])
      const register = join(dir, 'register.sqlite')
      const policyPath = join(dir, 'policy.json')
      writeFileSync(policyPath, JSON.stringify(POLICY))
      const opened = new BreakRegister(register)
      const run = { source: 'orders', day: '2026-12-01', out: join(dir, 'out') }
      await reconcile({ left: sourceOf(left), right: sourceOf(right), out: run.out })
      opened.takeRun(run, await readFoundBreaks(run), POLICY)
      const [found] = opened.list({ status: 'open' })
      opened.close()
      const close = async (type: string): Promise<string> => {
        const entries = await net().get('mall', `/entries?type=${type}&limit=1`)
        const [{ hash }] = entries.body['items'] as [{ hash: string }]
        const act = ['breaks', 'close', found?.id ?? '', '--by', 'lin', '--reason', 'adjusted']
        const files = ['--register', register, '--policy', policyPath, '--data', net().dataDir]
        const { stderr } = await runTallystick([...act, ...files, '--org', 'mall', '--entry', hash])
        return stderr
      }
      expect(await close('RedeemPoints')).toContain('only PostAdjustment or ReverseEntry')
      expect(await close('PostAdjustment')).toBe('')
      const after = new BreakRegister(register)
      expect(after.list({})).toMatchObject([{ id: found?.id, status: 'adjusted' }])
      after.close()
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
