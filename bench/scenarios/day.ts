import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startNetwork } from '../../network/start-network.ts'
import type { Measurement } from '../bench.ts'

const DAY = 'data/2026-12-01'

/** The trading day, played by the command-line tool in a process of its own on a fresh network. */
export async function benchDay(): Promise<Measurement> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  const network = await startNetwork({ dataDir, ports: 'any' })
  try {
    const first = await playDay(dataDir)
    const second = await playDay(dataDir)
    return {
      engine: 'embedded',
      lines: first.lines,
      linesPerSecond: first.linesPerSecond,
      replayedLinesPerSecond: second.linesPerSecond,
      unresolved: first.unresolved,
      rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    }
  } finally {
    await network.close()
    rmSync(dataDir, { recursive: true })
  }
}

interface DayResult {
  readonly lines: number
  readonly linesPerSecond: number
  readonly unresolved: number
}

async function playDay(dataDir: string): Promise<DayResult> {
  const script = ['cli/tallystick.ts', 'day', DAY, '--data', dataDir, '--json']
  const { stdout } = await promisify(execFile)(process.execPath, script)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as DayResult
}
