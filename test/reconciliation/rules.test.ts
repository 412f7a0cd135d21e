import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Leftover } from '../../reconciliation/match-leftovers.ts'
import { matchLeftovers } from '../../reconciliation/match-leftovers.ts'
import type { MatchingRule } from '../../reconciliation/matching-rules.ts'
import type { ReconcileOptions } from '../../reconciliation/reconcile.ts'
import type {
  MatchingRules,
  ReconciliationSummary,
  SourceMapping,
} from '../../reconciliation/index.ts'
import { readRules, reconcile, ruleSetHash } from '../../reconciliation/index.ts'

const dir = mkdtempSync(join(tmpdir(), 'tallystick-rules-'))
afterAll(() => rmSync(dir, { recursive: true }))

const MAPPING: SourceMapping = {
  version: 1,
  format: 'csv',
  columns: { reference: 'ref', order: 'order', amount: 'amount', time: 'day' },
  amountDigits: 0,
  asset: 'CNY',
  timeFormat: '%Y-%m-%d',
}

const RULES: MatchingRules = {
  version: 1,
  name: 'daily',
  waitDays: 1,
  rules: [
    { name: 'same-order', match: 'pair', by: ['order', 'amount'], dateWindowDays: 1 },
    { name: 'whole-order', match: 'group', by: ['order'], dateWindowDays: 2, tolerance: 1 },
  ],
}

let runs = 0

function file(lines: readonly string[]): string {
  const path = join(dir, `file-${String((runs += 1))}.csv`)
  writeFileSync(path, `${['ref,order,amount,day', ...lines].join('\n')}\n`)
  return path
}

interface Run {
  readonly out: string
  readonly summary: ReconciliationSummary
  /** Class, reference, first day and age of every break. */
  readonly breaks: readonly string[]
}

async function run(
  left: readonly string[],
  right: readonly string[],
  options: Partial<Pick<ReconcileOptions, 'rules' | 'comparedWith' | 'before'>> = {},
): Promise<Run> {
  const out = join(dir, `out-${String((runs += 1))}`)
  const summary = await reconcile({
    left: { path: file(left), mapping: MAPPING },
    right: { path: file(right), mapping: MAPPING },
    out,
    ...options,
  })
  const [head = '', ...rows] = readFileSync(join(out, 'breaks.csv'), 'utf8').trim().split('\n')
  const columns = head.split(',')
  const breaks = rows.map((row) => {
    const values = row.split(',')
    return ['class', 'reference', 'first_seen', 'age_days']
      .map((name) => values[columns.indexOf(name)])
      .join(' ')
  })
  return { out, summary, breaks }
}

describe('what has no common reference', () => {
  test('is matched one to one by the first rule, and whole orders by the second', async () => {
    const { summary, breaks } = await run(
      [
        'L1,O-1,100,2026-12-01',
        'L2,O-2,60,2026-12-01',
        'L3,O-2,41,2026-12-02',
        'X,O-9,5,2026-12-01',
      ],
      [
        'R1,O-1,100,2026-12-02',
        'R2,O-2,50,2026-12-02',
        'R3,O-2,50,2026-12-03',
        'Y,O-8,5,2026-12-01',
      ],
      { rules: RULES },
    )
    expect(summary.matchedByRule).toEqual({ 'same-order': 1, 'whole-order': 1 })
    expect(breaks).toEqual(['ONLY_LEFT X 2026-12-03 0', 'ONLY_RIGHT Y 2026-12-03 0'])
    expect(summary).toMatchObject({ matched: 3, rules: { hash: ruleSetHash(RULES) } })
  })

  test('is matched otherwise by other rules, which a preview tells before they are used', async () => {
    const looser = { ...RULES, rules: [{ ...RULES.rules[0], dateWindowDays: 9 }] } as MatchingRules
    const left = ['L1,O-1,100,2026-12-01', 'L2,O-2,60,2026-12-01', 'L3,O-2,40,2026-12-01']
    const right = ['R1,O-1,100,2026-12-08', 'R2,O-2,50,2026-12-02', 'R3,O-2,50,2026-12-02']
    const { summary } = await run(left, right, { rules: looser, comparedWith: RULES })
    expect(summary.preview).toEqual({ gained: 1, lost: 1 })
  })

  test('is not matched across more days than the rule says, nor without rules', async () => {
    const sides = [['L1,O-1,100,2026-12-01'], ['R1,O-1,100,2026-12-03']] as const
    expect(
      (await run(...sides, { rules: { ...RULES, rules: RULES.rules.slice(0, 1) } })).breaks,
    ).toHaveLength(1)
    expect((await run(...sides)).breaks).toHaveLength(2)
  })
})

test('a line near the cut-off waits, is matched late or becomes a break, and a break ages', async () => {
  const first = await run(
    ['A,,10,2026-12-01', 'B,,20,2026-12-02', 'C,,30,2026-12-01'],
    ['A,,10,2026-12-01', 'D,,40,2026-12-02'],
    { rules: RULES },
  )
  expect(first.summary).toMatchObject({ waiting: 2, carried: { lines: 0, matched: 0 } })
  expect(first.breaks).toEqual(['ONLY_LEFT C 2026-12-02 0'])
  const second = await run(
    ['E,,50,2026-12-03'],
    ['B,,20,2026-12-03', 'C,,31,2026-12-03', 'E,,50,2026-12-03'],
    { rules: RULES, before: first.out },
  )
  // B has come, a day later; C has come with another amount; D has not come at all.
  expect(second.summary.carried).toEqual({ lines: 3, matched: 0 })
  expect(second.breaks).toEqual([
    'AMOUNT C 2026-12-02 1',
    'DATE B 2026-12-02 1',
    'ONLY_RIGHT D 2026-12-02 1',
  ])
  const third = await run(['D,,40,2026-12-02'], ['F,,1,2026-12-05'], {
    rules: RULES,
    before: second.out,
  })
  expect(third.summary).toMatchObject({ waiting: 1, carried: { lines: 1, matched: 1 } })
  expect(third.breaks).toEqual([])
})

test('every line is claimed once, and only with what the rule allows', () => {
  const line = fc.record({
    order: fc.constantFrom('', 'O-1', 'O-2'),
    account: fc.constantFrom('a', 'b'),
    asset: fc.constant('CNY'),
    status: fc.constant('paid'),
    amount: fc.bigInt({ min: -3n, max: 3n }),
    day: fc.nat(4),
  })
  const side = fc
    .array(line, { maxLength: 12 })
    .map((lines) => lines.map((one, at): Leftover => ({ ...one, line: at + 1 })))
  const rule: fc.Arbitrary<MatchingRule> = fc.record({
    name: fc.constant('rule'),
    match: fc.constantFrom('pair', 'group'),
    by: fc.constantFrom(['order'], ['amount'], ['order', 'amount'], ['account', 'amount']),
    dateWindowDays: fc.nat(3),
    tolerance: fc.nat(1),
  })
  fc.assert(
    fc.property(side, side, fc.array(rule, { minLength: 1, maxLength: 3 }), (left, right, some) => {
      const rules = some.map((one, at) => ({ ...one, name: `rule-${String(at)}` }))
      const matches = matchLeftovers(left, right, rules)
      for (const of of ['left', 'right'] as const) {
        const claimed = matches.flatMap((match) => match[of])
        expect(new Set(claimed).size).toBe(claimed.length)
      }
      for (const match of matches) {
        const found = rules.find(({ name }) => name === match.rule)
        const ours = match.left.flatMap((at) => left[at - 1] ?? [])
        const theirs = match.right.flatMap((at) => right[at - 1] ?? [])
        expect(isAllowed(ours, theirs, found)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

/** By the words of the rule: what is equal, how far days lie apart, and what amounts differ by. */
function isAllowed(
  left: readonly Leftover[],
  right: readonly Leftover[],
  rule: MatchingRule | undefined,
): boolean {
  if (rule === undefined || left.length === 0 || right.length === 0) return false
  const all = [...left, ...right]
  const { by, match, tolerance = 0, dateWindowDays } = rule
  const equal = by.filter((field) => field !== 'amount' || tolerance === 0)
  const areEqual = equal.every((field) => new Set(all.map((one) => one[field])).size === 1)
  const days = all.map(({ day }) => day)
  const isClose = Math.max(...days) - Math.min(...days) <= dateWindowDays
  const isSingle = match === 'group' || (left.length === 1 && right.length === 1)
  if (!areEqual || !isClose || !isSingle) return false
  const hasAmount = match === 'group' || by.includes('amount')
  return !hasAmount || Math.abs(Number(totalOf(left) - totalOf(right))) <= tolerance
}

function totalOf(lines: readonly Leftover[]): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n)
}

test('rules that say nothing sensible are refused, and their hash is of what they say', () => {
  const path = join(dir, 'rules.yaml')
  writeFileSync(path, 'name: daily\nversion: 1\nwaitDays: 1\nrules:\n- { name: a, match: any }\n')
  expect(() => readRules(path)).toThrow('RULES_WRONG')
  const rule = '{ by: [order], name: a, match: pair, dateWindowDays: 0 }'
  writeFileSync(path, `{ version: 1, name: daily, waitDays: 1, rules: [${rule}, ${rule}] }`)
  expect(() => readRules(path)).toThrow('two rules have the same name')
  writeFileSync(path, JSON.stringify(RULES))
  expect(ruleSetHash(readRules(path))).toBe(ruleSetHash(RULES))
  expect(ruleSetHash({ ...RULES, waitDays: 2 })).not.toBe(ruleSetHash(RULES))
})
