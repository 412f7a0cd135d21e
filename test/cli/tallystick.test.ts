import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANN, BEN, SMALL_DAY } from '../day/small-day.ts'
import { tallyDay } from '../day/tally.ts'
import type { FakeGateways } from './fake-gateways.ts'
import { startFakeGateways } from './fake-gateways.ts'
import { RulesBehindGateways, writeGatewaysFile } from './rules-behind-gateways.ts'
import type { Run } from './run-tallystick.ts'
import { runTallystick } from './run-tallystick.ts'

const HEADER = 'time,store,receipt,member,amount_fen,asset,available_from'

let dir: string
let day: string
let rules: RulesBehindGateways
let gateways: FakeGateways

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tallystick-cli-'))
  day = join(dir, 'small-day')
  mkdirSync(day)
  for (const [name, text] of Object.entries(SMALL_DAY)) writeFileSync(join(day, name), text)
  rules = new RulesBehindGateways()
  gateways = await startFakeGateways(['bank', 'mall', 'airline'], rules)
  writeGatewaysFile(dir, gateways.addresses)
})

afterEach(async () => {
  await gateways.close()
  rmSync(dir, { recursive: true })
})

async function run(...args: readonly string[]): Promise<Run> {
  return await runTallystick([...args, '--data', dir])
}

function resultsIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const { organisation, kind, line: number, result } = JSON.parse(line) as Record<string, string>
    return `${organisation} ${kind} ${number} ${result}`
  })
}

function summaryOf({ stdout }: Run): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>
}

function writeTillFile(name: string, ...rows: readonly string[]): string {
  const path = join(dir, name)
  writeFileSync(path, `${[HEADER, ...rows].join('\n')}\n`)
  return path
}

const TRANSFER = ['transfer', '--from', BEN, '--to', ANN, '--asset', 'bank:hui:point'] as const

describe('day', () => {
  test('gives every line the result that the tally gives it', async () => {
    const results = join(dir, 'results.ndjson')
    const { status, stdout, stderr } = await run('day', day, '--results', results)
    expect(stderr).toContain('34 of 34 lines')
    expect(status).toBe(0)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: /)
    const { lines } = tallyDay(day)
    expect(resultsIn(results)).toEqual(
      lines.map(({ organisation, kind, line, result }) =>
        [organisation, kind, line, result].join(' '),
      ),
    )
  })

  test('changes nothing when it is played again', async () => {
    const first = summaryOf(await run('day', day, '--json'))
    const booked = rules.entryCount
    const second = summaryOf(await run('day', day, '--json'))
    expect(booked).toBe(first['entries'])
    expect(rules.entryCount).toBe(booked)
    // Refusals that the ledger does not record are given anew: malformed ones, unknown signers.
    const { refusals } = first as { refusals: Record<string, number> }
    const { LINE_MALFORMED = 0, COMMAND_MALFORMED = 0, ACTOR_UNKNOWN = 0 } = refusals
    const unrecorded = LINE_MALFORMED + COMMAND_MALFORMED + ACTOR_UNKNOWN
    expect(second).toMatchObject({
      lines: 34,
      entries: 13,
      refusals,
      replayed: 34 - unrecorded,
      unresolved: 0,
    })
    expect(second['trialBalance']).toMatchObject({
      rows: (first['trialBalance'] as { rows: unknown }).rows,
    })
  })

  test('keeps the demo keys to their owner', async () => {
    await run('day', day)
    expect(statSync(join(dir, 'demo-keys.json')).mode & 0o777).toBe(0o600)
  })

  test('says so when the demo keys were lost', async () => {
    await run('day', day)
    rmSync(join(dir, 'demo-keys.json'))
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toContain('the demo keys under --data')
  })

  test('refuses a day of other dates than the ledger stands at', async () => {
    await run('day', day)
    const text = SMALL_DAY['day.json']?.replace('2026-11-30', '2026-12-02')
    writeFileSync(join(day, 'day.json'), text?.replace('2026-12-01', '2026-12-03') ?? '')
    const line = `2026-12-02T09:00:00,B-1,R99,${ANN},5000,bank:hui:point,\n`
    writeFileSync(join(day, 'earnings-bank.csv'), `${SMALL_DAY['earnings-bank.csv']}${line}`)
    const booked = rules.entryCount
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toContain('The ledger stands at 2026-12-01')
    expect(rules.entryCount).toBe(booked)
  })

  test('says in plain words that a ledger takes the lines of one day', async () => {
    await run('day', day)
    for (const [name, text] of Object.entries(SMALL_DAY)) {
      const nextDay = text
        .replaceAll('2026-12-01', '2026-12-02')
        .replaceAll('2026-11-30', '2026-12-01')
        .replaceAll(/,([BMA])-\d,/g, ',$1-9,')
      const isTransfers = name.startsWith('transfers')
      writeFileSync(join(day, name), isTransfers ? nextDay.replaceAll(/,$/gm, ',hi') : nextDay)
    }
    const booked = rules.entryCount
    const { status, stdout } = await run('day', day, '--json')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      unresolved: 0,
      next: expect.stringContaining('files of another day') as string,
    })
    expect(rules.entryCount).toBe(booked)
  })

  test('refuses demo keys in production mode', async () => {
    for (const env of [{ NODE_ENV: 'production' }, { TALLYSTICK_MODE: 'production' }]) {
      const { status, stderr } = await runTallystick(['day', day, '--data', dir], env)
      expect(status).toBe(1)
      expect(stderr).toContain('production')
    }
    expect(rules.entryCount).toBe(0)
  })

  test('names the line of the members file that cannot be read', async () => {
    writeFileSync(join(day, 'members.csv'), 'time,member,home\nnobody\n')
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Line 2 of .*members\.csv/)
  })

  test('ends with exit code 1 and what to do when a gateway goes away', async () => {
    let posts = 0
    const fickle = {
      answer: async (post: Parameters<typeof rules.answer>[0]) => {
        posts += 1
        // Set-up takes 13.
        return posts > 15 ? 503 : await rules.answer(post)
      },
      read: rules.read.bind(rules),
    }
    const shaky = await startFakeGateways(['bank', 'mall', 'airline'], fickle)
    writeGatewaysFile(dir, shaky.addresses)
    const results = join(dir, 'results.ndjson')
    const lost = await run('day', day, '--patience', '1', '--json', '--results', results)
    await shaky.close()
    expect(lost.status).toBe(1)
    expect(summaryOf(lost)['unresolved']).toBeGreaterThan(0)
    expect(summaryOf(lost)['next']).toContain('Run the same command again')
    expect(resultsIn(results)).toHaveLength(34)
    // The same day on the same ledger, now that it can be reached again.
    writeGatewaysFile(dir, gateways.addresses)
    const again = await run('day', day, '--json')
    expect(again.status).toBe(0)
    expect(summaryOf(again)).toMatchObject({ entries: 13, unresolved: 0 })
    expect(rules.entryCount).toBe(13)
  })
})

describe('import', () => {
  test('books a file once, and another file of the same form as well', async () => {
    await run('day', day)
    const booked = rules.entryCount
    const file = writeTillFile(
      'till.csv',
      `2026-12-02T10:00:00,B-1,X1,${ANN},5000,bank:hui:point,`,
      `2026-12-02T10:01:00,B-1,X1,${BEN},5000,bank:hui:point,`,
      `2026-12-02T10:02:00,B-1,X2,${BEN},-5000,bank:hui:point,`,
      'broken',
    )
    const first = await run('import', file, '--as', 'bank', '--json')
    expect(first.status).toBe(0)
    const refusals = { RECEIPT_USED: 1, COMMAND_MALFORMED: 1, LINE_MALFORMED: 1 }
    expect(summaryOf(first)).toMatchObject({ lines: 4, entries: 1, refusals, replayed: 0 })
    const again = await run('import', file, '--as', 'bank', '--json')
    expect(summaryOf(again)).toMatchObject({ entries: 1, refusals, replayed: 2 })
    expect(rules.entryCount).toBe(booked + 1)
    const other = writeTillFile(
      'other.csv',
      `2026-12-02T11:00:00,B-1,X3,${ANN},5000,bank:hui:point,`,
    )
    const next = await run('import', other, '--as', 'bank')
    expect(next.status).toBe(0)
    expect(next.stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: /)
    expect(rules.entryCount).toBe(booked + 2)
  })

  test('refuses in plain words what it cannot begin with', async () => {
    const file = writeTillFile('till.csv')
    expect((await run('import', file, '--as', 'bank')).stderr).toContain('Play a day first')
    await run('day', day)
    expect((await run('import', file, '--as', 'casino')).stderr).toContain('no gateway of casino')
    const missing = await run('import', join(dir, 'no.csv'), '--as', 'bank')
    expect(missing.stderr).toContain('no.csv is not there')
    writeFileSync(file, 'who,what\n')
    const strange = await run('import', file, '--as', 'bank')
    expect(strange.stderr).toContain(HEADER)
    expect(strange.status).toBe(1)
  })
})

describe('transfer', () => {
  test('moves points once under one id and shows both balances', async () => {
    await run('day', day)
    const id = 'a-transfer-of-mine'
    const first = await run(...TRANSFER, '--amount', '1', '--note', 'thanks', '--id', id)
    expect(first.stderr).toBe('')
    expect(first.stdout).toContain('1 bank:hui:point transferred\n')
    expect(first.stdout).toContain(`${ANN} (account bank:a-`)
    expect(first.stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: /)
    const second = await run(...TRANSFER, '--amount', '1', '--note', 'thanks', '--id', id, '--json')
    const { replayed, balances } = summaryOf(second) as { replayed: boolean; balances: object[] }
    expect(replayed).toBe(true)
    // On paper: Ben was left with 11, of which 10 are pending, and Ann with none.
    expect(balances).toMatchObject([
      { member: BEN, available: '10' },
      { member: ANN, available: '1' },
    ])
  })

  test('that the ledger refuses ends with its code', async () => {
    await run('day', day)
    const booked = rules.entryCount
    const tooMuch = await run(...TRANSFER, '--amount', '1000')
    expect(tooMuch.status).toBe(1)
    expect(tooMuch.stderr).toContain('INSUFFICIENT_POINTS')
    const negative = await run(...TRANSFER, '--amount=-1')
    expect(negative.status).toBe(1)
    expect(negative.stderr).toContain('COMMAND_MALFORMED')
    expect(rules.entryCount).toBe(booked)
  })
})

describe('tallystick', () => {
  test('says how to start what is not there', async () => {
    rmSync(join(dir, 'gateways.json'))
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toContain('npm start')
  })

  test('says so when nobody listens', async () => {
    const [bank] = gateways.addresses
    writeGatewaysFile(dir, [{ ...bank, url: 'http://127.0.0.1:9' }])
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toContain('npm start')
  })

  test('says so when the tokens are of another start', async () => {
    const strangers = gateways.addresses.map((address) => {
      return { ...address, tokens: { admin: 'x', client: 'x' } }
    })
    writeGatewaysFile(dir, strangers)
    const { status, stderr } = await run('day', day)
    expect(status).toBe(1)
    expect(stderr).toContain('check --data')
  })

  test.each([['day'], ['import'], ['transfer']])('%s has help', async (command) => {
    const { status, stdout } = await run(command, '--help')
    expect(status).toBe(0)
    for (const flag of ['--data', '--json', '--help']) expect(stdout).toContain(flag)
  })
})
