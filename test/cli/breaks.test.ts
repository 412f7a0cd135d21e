import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { RegisteredBreak } from '../../reconciliation/index.ts'
import type { Run } from './run-tallystick.ts'
import { runTallystick } from './run-tallystick.ts'

const LIMIT_MS = 60_000

const dir = mkdtempSync(join(tmpdir(), 'tallystick-breaks-'))
afterAll(() => rmSync(dir, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const MAP = write(
  'map.yaml',
  `version: 1
format: csv
columns: { reference: ref, amount: amount, status: status, time: day }
amountDigits: 2
asset: CNY
timeFormat: '%Y-%m-%d'
`,
)
const RULES = write('rules.yaml', 'version: 1\nname: strict\nwaitDays: 0\nrules: []\n')
const POLICY = write(
  'policy.yaml',
  `version: 1
owner: lin
dueDays: 3
people: { lin: clerk, mei: head }
writeOff: { clerk: { CNY: '100' }, head: { CNY: '5000' } }
`,
)

function csv(name: string, rows: readonly string[]): string {
  return write(name, `${['ref,amount,status,day', ...rows].join('\n')}\n`)
}

let runs = 0

async function reconcile(register: string, left: string, right: string): Promise<Run> {
  runs += 1
  const files = ['reconcile', left, right, '--map', MAP, '--rules', RULES]
  const following = ['--register', register, '--source', 'bank-file', '--policy', POLICY]
  const out = join(dir, `run-${String(runs)}`)
  return await runTallystick([...files, ...following, '--out', out, '--json'])
}

function taken(run: Run): unknown {
  return (JSON.parse(run.stdout) as { register: unknown }).register
}

async function breaksIn(register: string, status = 'open'): Promise<RegisteredBreak[]> {
  const flags = ['--register', register, '--status', status, '--json']
  const { stdout, stderr } = await runTallystick(['breaks', 'list', ...flags])
  expect(stderr).toBe('')
  return JSON.parse(stdout) as RegisteredBreak[]
}

async function act(register: string, verb: string, id: string, ...flags: string[]): Promise<Run> {
  const common = ['--register', register, '--policy', POLICY]
  return await runTallystick(['breaks', verb, id, ...common, ...flags])
}

describe('a break', () => {
  test(
    'is opened with owner and due day, ages over runs, and is closed by a later match',
    async () => {
      const register = join(dir, 'ageing.sqlite')
      const first = await reconcile(
        register,
        csv('l1.csv', ['A,1.00,paid,2026-12-01', 'B,2.50,paid,2026-12-01']),
        csv('r1.csv', ['A,1.00,paid,2026-12-01', 'C,4.00,paid,2026-12-01']),
      )
      expect(taken(first)).toEqual({ found: 2, closed: 0, open: 2 })
      expect(await breaksIn(register)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            class: 'ONLY_LEFT',
            reference: 'B',
            impact: { CNY: '250' },
            firstSeen: '2026-12-01',
            dueOn: '2026-12-04',
            owner: 'lin',
          }),
          expect.objectContaining({ class: 'ONLY_RIGHT', reference: 'C', impact: { CNY: '-400' } }),
        ]),
      )
      const second = await reconcile(
        register,
        csv('l2.csv', ['D,1.00,paid,2026-12-02', 'C,4.10,paid,2026-12-02']),
        csv('r2.csv', ['D,1.00,paid,2026-12-02']),
      )
      // C has come, but with another amount: that is another break.
      expect(taken(second)).toEqual({ found: 1, closed: 1, open: 2 })
      expect(await breaksIn(register, 'reclassified')).toMatchObject([{ reference: 'C' }])
      const [only] = (await breaksIn(register)).filter(({ reference }) => reference === 'B')
      expect(only).toMatchObject({ firstSeen: '2026-12-01', lastSeen: '2026-12-02' })
      const third = await reconcile(
        register,
        csv('l3.csv', ['E,1.00,paid,2026-12-03']),
        csv('r3.csv', ['E,1.00,paid,2026-12-03', 'B,2.50,paid,2026-12-01']),
      )
      expect(taken(third)).toEqual({ found: 0, closed: 1, open: 1 })
      expect(await breaksIn(register, 'matched')).toMatchObject([{ id: only?.id }])
      expect(await breaksIn(register)).toMatchObject([{ class: 'AMOUNT', impact: { CNY: '10' } }])
    },
    LIMIT_MS,
  )

  test(
    'is written off by who may, and no further than his role goes',
    async () => {
      const register = join(dir, 'limits.sqlite')
      await reconcile(
        register,
        csv('l4.csv', ['A,1.00,paid,2026-12-01', 'B,9.99,paid,2026-12-01']),
        csv('r4.csv', ['A,1.00,open,2026-12-01', 'B,1.99,paid,2026-12-01']),
      )
      const open = await breaksIn(register)
      const status = open.find((one) => one.class === 'STATUS')?.id ?? ''
      const amount = open.find((one) => one.class === 'AMOUNT')?.id ?? ''
      const close = async (id: string, by: string): Promise<Run> =>
        await act(register, 'close', id, '--by', by, '--reason', 'told by phone')
      expect((await close(amount, 'lin')).stderr).toContain('LIMIT_EXCEEDED')
      expect((await close(amount, 'who')).stderr).toContain('PERSON_UNKNOWN')
      expect((await close('gone', 'lin')).stderr).toContain('BREAK_UNKNOWN')
      expect((await close(status, 'lin')).status).toBe(0)
      expect((await close(amount, 'mei')).status).toBe(0)
      expect((await close(amount, 'mei')).stderr).toContain('BREAK_CLOSED')
      expect(await breaksIn(register)).toEqual([])
    },
    LIMIT_MS,
  )

  test(
    'is given to somebody, put off, and keeps its history; what is closed stays so',
    async () => {
      const register = join(dir, 'history.sqlite')
      const [left, right] = [csv('l5.csv', ['A,0.50,paid,2026-12-01']), csv('r5.csv', [])]
      await reconcile(register, left, right)
      const id = (await breaksIn(register))[0]?.id ?? ''
      await act(register, 'assign', id, '--by', 'lin', '--owner', 'mei')
      const late = ['--until', '2026-12-09', '--reason', 'the bank asks for time']
      await act(register, 'postpone', id, '--by', 'mei', ...late)
      expect(await breaksIn(register)).toMatchObject([{ owner: 'mei', dueOn: '2026-12-09' }])
      await act(register, 'close', id, '--by', 'mei', '--reason', 'a fee of theirs')
      const again = await reconcile(register, csv('l6.csv', []), right)
      expect(taken(again)).toEqual({ found: 0, closed: 0, open: 0 })
      const shown = await runTallystick(['breaks', 'show', id, '--register', register])
      const { events } = JSON.parse(shown.stdout) as { events: { what: string; by: string }[] }
      expect(events.map(({ what, by }) => [what, by])).toEqual([
        ['found', 'bank-file'],
        ['assigned', 'lin'],
        ['postponed', 'mei'],
        ['explained', 'mei'],
      ])
    },
    LIMIT_MS,
  )
})
