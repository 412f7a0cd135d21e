import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { rounded } from '../measurement.ts'
import { expectedOf, makeFiles } from '../reconcile/made-files.ts'

const CONTESTANT = join(import.meta.dirname, '../reconcile/contestant.ts')

interface Ran {
  readonly seconds: number
  readonly rssMb: number
  readonly answer: unknown
}

/**
 * Two files of so many lines, with an error of each class in one of a thousand, reconciled in full;
 * beside it, on the same files, DuckDB's bare join and what a plain program does with a map.
 */
export async function benchReconcile({ lines, report }: BenchOptions): Promise<Measurement> {
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  try {
    report(`Making two files of ${String(lines)} lines …`)
    const files = [join(dir, 'left.csv'), join(dir, 'right.csv')] as const
    await makeFiles(...files, lines)
    const [bareJoin, full, plain] = [
      await run('join', files),
      await run('full', files),
      await run('plain', files),
    ]
    return {
      lines,
      seconds: rounded(full.seconds, 100),
      ratioToBareJoin: rounded(full.seconds / bareJoin.seconds, 100),
      ratioToPlainNode: rounded(full.seconds / plain.seconds, 100),
      peakRssMb: full.rssMb,
      correct: isCorrect(full.answer, lines),
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function run(name: string, files: readonly [string, string]): Promise<Ran> {
  const { stdout } = await promisify(execFile)(process.execPath, [CONTESTANT, name, ...files])
  return JSON.parse(stdout) as Ran
}

function isCorrect(answer: unknown, lines: number): boolean {
  return isDeepStrictEqual(sorted(answer), sorted(expectedOf(lines)))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Map(
    Object.entries(value)
      .map(([key, part]): [string, unknown] => [key, sorted(part)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}
