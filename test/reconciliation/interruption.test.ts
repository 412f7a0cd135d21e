import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFiles, MAPPING } from '../../bench/reconcile/made-files.ts'
import type { ReconcileOptions } from '../../reconciliation/index.ts'
import { reconcile } from '../../reconciliation/index.ts'

const LIMIT_MS = 60_000
const LINES = 40_000

const dir = mkdtempSync(join(tmpdir(), 'tallystick-interruption-'))
afterAll(() => rmSync(dir, { recursive: true }))

const [left, right] = [join(dir, 'left.csv'), join(dir, 'right.csv')]
await makeFiles(left, right, LINES)

function optionsFor(out: string): ReconcileOptions {
  const sides = {
    left: { path: left, mapping: MAPPING },
    right: { path: right, mapping: MAPPING },
  }
  return { ...sides, out: join(dir, out), keptFromBytes: 0 }
}

const whole = await reconcile(optionsFor('whole'))

/** Runs until a stage begins, and interrupts it there. */
async function interruptedAt(stage: string, options: ReconcileOptions): Promise<void> {
  const interruption = new AbortController()
  const run = reconcile({
    ...options,
    signal: interruption.signal,
    onProgress: (progress) => {
      if (progress.stage === stage) interruption.abort()
    },
  })
  await expect(run).rejects.toThrow('RUN_INTERRUPTED')
}

test.each([
  'Reading the right file',
  'Comparing',
  'Writing the results',
  'Committing to the files',
])(
  'a run that was interrupted at “%s” is gone on with, and comes to the same',
  async (stage) => {
    const options = optionsFor(stage)
    await interruptedAt(stage, options)
    const stages: string[] = []
    const summary = await reconcile({
      ...options,
      onProgress: (progress) => stages.push(progress.stage),
    })
    expect(summary).toEqual(whole)
    expect(stages[0]).toBe(stage)
    expect(existsSync(join(options.out, 'scratch'))).toBe(false)
  },
  LIMIT_MS,
)

const KILLED_RUN = `
import { makeFiles, MAPPING } from '${join(import.meta.dirname, '../../bench/reconcile/made-files.ts')}'
import { reconcile } from '${join(import.meta.dirname, '../../reconciliation/index.ts')}'
const side = (path) => ({ path, mapping: MAPPING })
await reconcile({ left: side('${left}'), right: side('${right}'), out: process.argv[2], keptFromBytes: 0,
  onProgress: ({ stage }) => { if (stage === 'Comparing') process.kill(process.pid, 'SIGKILL') } })
`

test(
  'a run that was killed is gone on with behind the stages that it had finished',
  async () => {
    const options = optionsFor('killed')
    const program = join(dir, 'killed-run.ts')
    writeFileSync(program, KILLED_RUN)
    const child = spawn(process.execPath, [program, options.out], { stdio: 'ignore' })
    const [, signal] = (await once(child, 'exit')) as [number | null, string]
    expect(signal).toBe('SIGKILL')
    const stages: string[] = []
    const onProgress = ({ stage }: { stage: string }): void => void stages.push(stage)
    expect(await reconcile({ ...options, onProgress })).toEqual(whole)
    expect(stages[0]).toBe('Comparing')
  },
  LIMIT_MS,
)

test(
  'what is left of a run over other files is not mixed in',
  async () => {
    const options = optionsFor('differs')
    await interruptedAt('Comparing', options)
    const other = { ...options, left: options.right }
    await expect(reconcile(other)).rejects.toThrow('RUN_DIFFERS')
    expect(statSync(join(options.out, 'scratch/work.duckdb')).size).toBeGreaterThan(0)
  },
  LIMIT_MS,
)

test(
  'a run tells how far it has come, without going back, and how long the rest takes',
  async () => {
    const told: number[] = []
    const onProgress = ({
      fraction,
      secondsLeft,
    }: {
      fraction: number
      secondsLeft: number
    }): void => {
      expect(secondsLeft).toBeGreaterThanOrEqual(0)
      told.push(fraction)
    }
    await reconcile({ ...optionsFor('told'), onProgress })
    expect(told).toEqual(told.toSorted((one, other) => one - other))
    expect(told.length).toBeGreaterThanOrEqual(6)
  },
  LIMIT_MS,
)
