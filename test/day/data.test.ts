import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANN, BEN, SMALL_DAY } from './small-day.ts'
import { tallyDay } from './tally.ts'
import type { LineKind } from './read-day.ts'
import type { DayTally } from './tally.ts'

const DAY = join(import.meta.dirname, '../../data/2026-12-01')
const GENERATOR = join(import.meta.dirname, '../../data/generate-day.ts')
const KINDS = ['earnings', 'redemptions', 'transfers'] as const
const MEMBER = /\b(?:airline|bank|mall):m-[a-z2-7]{10}\b/g

const temporary: string[] = []

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-day-'))
  temporary.push(dir)
  return dir
}

afterAll(() => {
  for (const dir of temporary) rmSync(dir, { recursive: true })
})

/** The physical lines of a file of the day, without the header. */
function linesOf(file: string): string[] {
  return readFileSync(join(DAY, file), 'utf8').replace(/\n$/, '').split('\n').slice(1)
}

function filesOf(kind: LineKind): string[] {
  return ['airline', 'bank', 'mall'].map((organisation) => `${kind}-${organisation}.csv`)
}

function linesOfKind(kind: LineKind): string[] {
  return filesOf(kind).flatMap(linesOf)
}

describe('the generator', () => {
  test('gives the committed bytes again', () => {
    const dir = temporaryDir()
    execFileSync(process.execPath, [GENERATOR, '--seed', '7', '--out', dir])
    expect(readdirSync(dir)).toEqual(readdirSync(DAY))
    const changed = readdirSync(DAY).filter(
      (file) => !readFileSync(join(dir, file)).equals(readFileSync(join(DAY, file))),
    )
    expect(changed).toEqual([])
  })

  test('gives another day for another seed', () => {
    const dir = temporaryDir()
    execFileSync(process.execPath, [GENERATOR, '--seed', '8', '--out', dir])
    const members = readFileSync(join(dir, 'members.csv'), 'utf8')
    expect(members).not.toBe(readFileSync(join(DAY, 'members.csv'), 'utf8'))
  })

  test.each([[[]], [['--seed', 'x', '--out', 'y']], [['--seed', '4294967296', '--out', 'y']]])(
    'writes nothing for the arguments %j',
    (args) => {
      const cwd = temporaryDir()
      const run = spawnSync(process.execPath, [GENERATOR, ...args], { cwd, encoding: 'utf8' })
      expect(run.status).toBe(2)
      expect(run.stderr).toContain('Usage:')
      expect(readdirSync(cwd)).toEqual([])
    },
  )
})

describe('the files', () => {
  test('hold a full day of 2,000 members', () => {
    const ids = linesOf('members.csv').map((line) => line.split(',')[1])
    expect(new Set(ids).size).toBe(2_000)
    expect(ids.every((id) => id?.replace(MEMBER, '') === '')).toBe(true)
    expect(linesOfKind('earnings').length).toBeGreaterThanOrEqual(14_000)
    expect(linesOfKind('redemptions').length).toBeGreaterThanOrEqual(4_000)
    expect(linesOfKind('transfers').length).toBeGreaterThanOrEqual(4_000)
  })

  test('are sorted by time', () => {
    for (const file of KINDS.flatMap(filesOf)) {
      const times = linesOf(file).flatMap((line) => /^2026-\d\d-\d\dT[\d:]{8},/.exec(line) ?? [])
      const readable = times.filter((time) => !/-31T|T25|:60:/.test(time))
      expect(readable).toEqual(readable.toSorted())
      expect(readable.length).toBeGreaterThan(500)
    }
  })

  test('have skewed stores, no member with very many lines, and members who never redeem', () => {
    const perMember = new Map<string, number>()
    const redeemers = new Set<string>()
    for (const kind of KINDS) {
      for (const id of linesOfKind(kind).flatMap((line) => line.match(MEMBER) ?? [])) {
        perMember.set(id, (perMember.get(id) ?? 0) + 1)
        if (kind === 'redemptions') redeemers.add(id)
      }
    }
    expect(Math.max(...perMember.values())).toBeLessThan(120)
    const members = linesOf('members.csv').flatMap((line) => line.match(MEMBER) ?? [])
    const idle = members.filter((id) => !redeemers.has(id)).length
    expect(idle).toBeGreaterThan(560)
    expect(idle).toBeLessThan(780)
    const atTopStores = linesOf('earnings-mall.csv').filter((line) => /,M-00[1-8],/.test(line))
    expect(atTopStores.length).toBeGreaterThan(0.4 * linesOf('earnings-mall.csv').length)
  })
})

describe('the tally of the day', () => {
  let tally: DayTally
  /** The text of the lines of a kind that got the result. */
  const textOf = (kind: LineKind, result: string): string[] => {
    const texts = new Map(filesOf(kind).map((file) => [file, linesOf(file)]))
    return tally.lines
      .filter((line) => line.kind === kind && line.result === result)
      .map((line) => texts.get(`${kind}-${line.organisation}.csv`)?.[line.line - 2] ?? 'no line')
  }

  beforeAll(() => {
    tally = tallyDay(DAY)
  })

  test('judges every line once', () => {
    const lineCount = KINDS.flatMap(linesOfKind).length
    const places = tally.lines.map(
      ({ organisation, kind, line }) => `${organisation} ${kind} ${line}`,
    )
    expect(new Set(places).size).toBe(lineCount)
    expect(tally.lines).toHaveLength(lineCount)
    expect(tally.counts.get('entry')).toBeGreaterThan(20_000)
  })

  test.each([
    ['earnings', 'LINE_MALFORMED'],
    ['earnings', 'COMMAND_MALFORMED'],
    ['earnings', 'ASSET_UNKNOWN'],
    ['earnings', 'ACCOUNT_UNKNOWN'],
    ['earnings', 'NOT_AUTHORISED'],
    ['earnings', 'AVAILABLE_FROM_TOO_LATE'],
    ['earnings', 'RECEIPT_USED'],
    ['earnings', 'NOTHING_TO_ISSUE'],
    ['redemptions', 'LINE_MALFORMED'],
    ['redemptions', 'COMMAND_MALFORMED'],
    ['redemptions', 'ACTOR_UNKNOWN'],
    ['redemptions', 'ASSET_UNKNOWN'],
    ['redemptions', 'NOT_ACCEPTED'],
    ['redemptions', 'ORDER_PAID'],
    ['redemptions', 'POINTS_EXPIRED'],
    ['redemptions', 'POINTS_PENDING'],
    ['redemptions', 'INSUFFICIENT_POINTS'],
    ['transfers', 'LINE_MALFORMED'],
    ['transfers', 'COMMAND_MALFORMED'],
    ['transfers', 'ACTOR_UNKNOWN'],
    ['transfers', 'ASSET_UNKNOWN'],
    ['transfers', 'ACCOUNT_UNKNOWN'],
    ['transfers', 'SAME_ACCOUNT'],
    ['transfers', 'NOT_TRANSFERABLE'],
    ['transfers', 'POINTS_PENDING'],
    ['transfers', 'INSUFFICIENT_POINTS'],
  ] as const)('refuses at least ten lines of %s with %s', (kind, code) => {
    expect(textOf(kind, code).length).toBeGreaterThanOrEqual(10)
  })

  test.each([
    ['earnings', 'COMMAND_MALFORMED', 'a negative amount', /,-\d+,/],
    ['earnings', 'COMMAND_MALFORMED', 'a zero amount', /,0,/],
    ['earnings', 'COMMAND_MALFORMED', 'a fraction', /,\d+\.5,/],
    [
      'earnings',
      'COMMAND_MALFORMED',
      'garbage for an amount',
      /,(abc|1e3|| 12|\+5|007|0x1F),[a-z]+:/,
    ],
    ['earnings', 'COMMAND_MALFORMED', 'a receipt of 70 characters', /,[A-Z0-9-]{70},/],
    [
      'earnings',
      'COMMAND_MALFORMED',
      'a wrong available_from',
      /,(2026-12-32|2027-02-29|15\..*|soon)$/,
    ],
    ['redemptions', 'COMMAND_MALFORMED', 'zero points', /,0$/],
    ['redemptions', 'COMMAND_MALFORMED', 'negative points', /,-\d+$/],
    ['redemptions', 'COMMAND_MALFORMED', 'an order of 70 characters', /,[A-Zo0-9-]{70},/],
    ['transfers', 'COMMAND_MALFORMED', 'zero points', /,0,/],
    ['transfers', 'COMMAND_MALFORMED', 'a note of 142 characters', /,[ah]{142}$/],
    ['redemptions', 'POINTS_EXPIRED', 'flash points', /,mall:flash:point,/],
    ['earnings', 'LINE_MALFORMED', 'an empty line', /^$/],
    ['earnings', 'LINE_MALFORMED', 'an unclosed quote', /^[^"]*"[^"]*$/],
    ['earnings', 'LINE_MALFORMED', 'missing columns', /^2026[^",]*(,[^",]*){0,5}$/],
    ['earnings', 'LINE_MALFORMED', 'extra columns', /,x$/],
    ['earnings', 'LINE_MALFORMED', 'a wrong time', /^(?!2026-\d\d-\d\dT\d\d:\d\d:\d\d,)[^"]+,/],
  ] as const)('refuses lines of %s with %s for %s', (kind, code, _wrong, pattern) => {
    expect(textOf(kind, code).filter((text) => pattern.test(text)).length).toBeGreaterThanOrEqual(8)
  })

  test('conserves every asset', () => {
    for (const [asset, { issued, redeemed, outstanding }] of tally.assets) {
      const held = tally.balances.filter((balance) => balance.asset === asset)
      expect(held.reduce((sum, { total }) => sum + total, 0n)).toBe(outstanding)
      expect(outstanding).toBe(issued - redeemed)
      expect(redeemed).toBeGreaterThan(0n)
    }
    const sums = new Map<string, bigint>()
    for (const { asset, balance } of tally.trialBalance) {
      sums.set(asset, (sums.get(asset) ?? 0n) + balance)
    }
    expect([...sums.values()]).toEqual([0n, 0n, 0n, 0n, 0n])
  })

  test('never lets more be spendable than there is', () => {
    const wrong = tally.balances.filter(
      ({ total, spendable }) => spendable < 0n || spendable > total,
    )
    expect(wrong).toEqual([])
  })
})

describe('the tally of a day worked out on paper', () => {
  let tally: DayTally

  beforeAll(() => {
    const dir = temporaryDir()
    for (const [file, text] of Object.entries(SMALL_DAY)) writeFileSync(join(dir, file), text)
    tally = tallyDay(dir)
  })

  const resultsOf = (kind: LineKind, organisation: string): string[] =>
    tally.lines
      .filter((line) => line.kind === kind && line.organisation === organisation)
      .map((line) => `${line.line} ${line.result}`)

  test('gives every line its result', () => {
    expect(resultsOf('earnings', 'bank')).toEqual([
      '2 entry',
      '3 entry',
      '4 RECEIPT_USED',
      '5 NOTHING_TO_ISSUE',
      '6 entry',
      '7 LINE_MALFORMED',
      '8 LINE_MALFORMED',
      '9 AVAILABLE_FROM_TOO_LATE',
      '10 entry',
    ])
    expect(resultsOf('earnings', 'mall')).toEqual([
      '2 entry',
      '3 entry',
      '4 NOT_AUTHORISED',
      '5 ACCOUNT_UNKNOWN',
      '6 COMMAND_MALFORMED',
    ])
    expect(resultsOf('transfers', 'bank')).toEqual([
      '2 entry',
      '3 POINTS_PENDING',
      '4 INSUFFICIENT_POINTS',
      '5 entry',
      '6 SAME_ACCOUNT',
      '7 ACCOUNT_UNKNOWN',
      '8 ACTOR_UNKNOWN',
      '9 ASSET_UNKNOWN',
      '10 LINE_MALFORMED',
    ])
    expect(resultsOf('transfers', 'mall')).toEqual(['2 NOT_TRANSFERABLE'])
    expect(resultsOf('redemptions', 'mall')).toEqual([
      '2 entry',
      '3 POINTS_EXPIRED',
      '4 INSUFFICIENT_POINTS',
      '5 entry',
      '6 ORDER_PAID',
      '7 entry',
    ])
    expect(resultsOf('redemptions', 'airline')).toEqual([
      '2 entry',
      '3 entry',
      '4 NOT_ACCEPTED',
      '5 POINTS_PENDING',
    ])
  })

  test('plays lines of one second by organisation, then kind, then line', () => {
    const first = tally.lines
      .slice(0, 4)
      .map((line) => `${line.organisation} ${line.kind} ${line.line}`)
    expect(first).toEqual([
      'bank earnings 2',
      'bank earnings 3',
      'bank transfers 2',
      'mall earnings 2',
    ])
  })

  test('counts the results', () => {
    expect(tally.counts.get('entry')).toBe(13)
    expect(tally.counts.get('LINE_MALFORMED')).toBe(3)
    expect(tally.counts.get('INSUFFICIENT_POINTS')).toBe(2)
  })

  test('leaves each member with what is right', () => {
    expect(tally.balances).toHaveLength(3)
    expect(tally.balances).toEqual(
      expect.arrayContaining([
        { member: ANN, asset: 'airline:mile:point', total: 1n, spendable: 1n },
        { member: BEN, asset: 'bank:hui:point', total: 11n, spendable: 1n },
        { member: BEN, asset: 'mall:flash:point', total: 30n, spendable: 0n },
      ]),
    )
  })

  test('adds up the assets and the trial balance', () => {
    expect(Object.fromEntries(tally.assets)).toEqual({
      'bank:hui:point': { issued: 112n, redeemed: 101n, outstanding: 11n },
      'mall:flash:point': { issued: 60n, redeemed: 30n, outstanding: 30n },
      'airline:mile:point': { issued: 3n, redeemed: 2n, outstanding: 1n },
    })
    const rows = tally.trialBalance.map(({ code, asset, balance, clearing: pair }) =>
      pair
        ? `${code} ${pair.organisation} ${pair.counterparty} ${pair.cycle} ${balance}`
        : `${code} ${asset} ${balance}`,
    )
    expect(rows).toEqual([
      '3001 airline bank 2026-11-30.1 70000',
      '3001 airline bank 2026-12-01.1 3333',
      '3001 bank airline 2026-11-30.1 -70000',
      '3001 bank airline 2026-12-01.1 -3333',
      '3001 bank mall 2026-12-01.1 -333333',
      '3001 mall bank 2026-12-01.1 333333',
      '7101 airline:mile:point 3',
      '7101 bank:hui:point 112',
      '7101 mall:flash:point 60',
      '7102 airline:mile:point -1',
      '7102 bank:hui:point -11',
      '7102 mall:flash:point -30',
      '7104 airline:mile:point -2',
      '7104 bank:hui:point -101',
      '7104 mall:flash:point -30',
    ])
  })
})
