import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commandText } from '../../cli/day/line-command.ts'
import { openDemoKeys } from '../../cli/demo-keys.ts'
import { gatewayOf, openGateways } from '../../cli/gateways-file.ts'
import { readOpenLedger } from '../../cli/open-ledger.ts'
import { ANN, BEN, SMALL_DAY } from '../day/small-day.ts'
import { seriesTerms } from '../support/coupon-world.ts'
import type { FakeGateways } from './fake-gateways.ts'
import { startFakeGateways } from './fake-gateways.ts'
import { RulesBehindGateways, writeGatewaysFile } from './rules-behind-gateways.ts'
import type { Run } from './run-tallystick.ts'
import { runTallystick } from './run-tallystick.ts'

const SERIES = 'mall:hand-out:piece'

let dir: string
let rules: RulesBehindGateways
let gateways: FakeGateways
let ann: string
let ben: string

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-coupons-'))
  const day = join(dir, 'small-day')
  mkdirSync(day)
  for (const [name, text] of Object.entries(SMALL_DAY)) writeFileSync(join(day, name), text)
  rules = new RulesBehindGateways()
  gateways = await startFakeGateways(['bank', 'mall', 'airline'], rules)
  writeGatewaysFile(dir, gateways.addresses)
  await runTallystick(['day', day, '--data', dir])
  const keys = openDemoKeys(dir)
  ;[ann, ben] = [keys.accountOf(ANN), keys.accountOf(BEN)]
  await defineSeries()
})

afterEach(async () => {
  await gateways.close()
  rmSync(dir, { recursive: true })
})

async function defineSeries(): Promise<void> {
  const mall = gatewayOf(openGateways(dir), 'mall')
  const { channel, ledgerId, minBlock } = await readOpenLedger(mall)
  const envelope = { channel, ledgerId, notAfter: '2027-12-31' }
  const body = seriesTerms(SERIES, { perMember: 5, budget: '20', acceptors: ['mall'] })
  const intent = { type: 'DefineSeries', actor: 'mall:till', body }
  const text = commandText(intent, 'series-0001', envelope, ['mall:till'], openDemoKeys(dir))
  const seen: string[] = []
  const onAnswer = (_index: number, answer: { status: string }): number => seen.push(answer.status)
  await mall.postCommands([text], { role: 'client', minBlock, onAnswer })
  if (seen[0] !== 'accepted') throw new Error('the series was refused')
}

async function importCoupons(
  rows: readonly string[],
  ...args: readonly string[]
): Promise<Run & { readonly summary: Record<string, unknown> }> {
  const file = join(dir, 'coupons.csv')
  writeFileSync(file, `${rows.join('\n')}\n`)
  const command = ['import-coupons', file, '--series', SERIES, '--data', dir, '--json']
  const run = await runTallystick([...command, ...args])
  const summary = run.stdout === '' ? {} : (JSON.parse(run.stdout) as Record<string, unknown>)
  return { ...run, summary }
}

describe('import-coupons', () => {
  test('issues each line once, and tells what becomes of the others', async () => {
    const rows = [
      'account,serial',
      `${ann},A-1`,
      `${ben},B-1`,
      `${ben},A-1`,
      'nobody,A-2',
      `${ann},a/b`,
      `${ann},A-3,more`,
      'mall:a-none,N-1',
    ]
    const results = join(dir, 'results.ndjson')
    const first = await importCoupons(rows, '--results', results)
    expect(first.stderr).toContain('7 of 7 lines')
    expect(first.status).toBe(0)
    const refusals = { LINE_MALFORMED: 3, COUPON_EXISTS: 1, ACCOUNT_UNKNOWN: 1 }
    expect(first.summary).toMatchObject({ lines: 7, entries: 2, refusals, replayed: 0 })
    expect(first.summary['next']).toContain(`/series/${SERIES}`)
    expect(JSON.parse(readFileSync(results, 'utf8').split('\n')[0] ?? '')).toMatchObject({
      organisation: 'mall',
      kind: 'coupons',
      line: 2,
      result: 'entry',
    })
    const booked = rules.entryCount
    const again = await importCoupons(rows)
    expect(again.summary).toMatchObject({ entries: 2, refusals, replayed: 4 })
    expect(rules.entryCount).toBe(booked)
  })

  test('knows a line by what it says, so that a mended file issues nothing twice', async () => {
    const broken = ['account,count', `${ann},2`, 'broken', `${ann},2`]
    const first = await importCoupons(broken)
    expect(first.summary).toMatchObject({ entries: 2, refusals: { LINE_MALFORMED: 1 } })
    const mended = ['account,count', `${ben},3`, `${ann},2`, `${ann},2`]
    const second = await importCoupons(mended)
    expect(second.summary).toMatchObject({ entries: 3, refusals: {}, replayed: 2 })
    // Of the same series, Ann has four of the five that a member may have.
    const other = await importCoupons(['account,count', `${ann},2`], '--batch', 'second')
    expect(other.summary).toMatchObject({ entries: 0, refusals: { PER_MEMBER_CAP: 1 } })
    const more = await importCoupons(['account,count', `${ann},1`, `${ben},101`], '--batch', 'x')
    expect(more.summary).toMatchObject({ entries: 1, refusals: { LINE_MALFORMED: 1 } })
  })

  test('goes on where it broke off', async () => {
    let posts = 0
    const fickle = {
      answer: async (post: Parameters<typeof rules.answer>[0]) => {
        posts += 1
        return posts > 1 ? 503 : await rules.answer(post)
      },
      read: rules.read.bind(rules),
    }
    const shaky = await startFakeGateways(['bank', 'mall', 'airline'], fickle)
    writeGatewaysFile(dir, shaky.addresses)
    const rows = ['account,serial', `${ann},A-1`, `${ben},B-1`, `${ann},A-2`, `${ann},A-3`]
    const lost = await importCoupons(rows, '--patience', '1')
    await shaky.close()
    expect(lost.status).toBe(1)
    expect(lost.summary['next']).toContain('Run the same command again')
    writeGatewaysFile(dir, gateways.addresses)
    const again = await importCoupons(rows)
    expect(again.summary).toMatchObject({ entries: 4, unresolved: 0 })
  })

  test('says in plain words what it cannot begin with', async () => {
    const strange = await importCoupons(['who,what'])
    expect(strange.status).toBe(1)
    expect(strange.stderr).toContain('"account,serial" or "account,count"')
    const file = join(dir, 'coupons.csv')
    const elsewhere = ['import-coupons', file, '--series', 'casino:x:fen', '--data', dir]
    writeFileSync(file, 'account,serial\n')
    expect((await runTallystick(elsewhere)).stderr).toContain('no gateway of casino')
    const { stdout } = await runTallystick(['import-coupons', '--help'])
    for (const flag of ['--data', '--json', '--series', '--batch']) expect(stdout).toContain(flag)
  })
})
