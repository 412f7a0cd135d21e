import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { AuditReport } from '../../audit/index.ts'
import { startNetwork } from '../../network/start-network.ts'
import { runTallystick } from '../cli/run-tallystick.ts'
import { tallyDay } from '../day/tally.ts'
import type { DayTotals, PlayedDay } from './played-day.ts'
import { DayPlay, totalsOf, totalsOfTally } from './played-day.ts'

const GENERATOR = join(import.meta.dirname, '../../data/generate-day.ts')
const SEED = '11'

export interface MadeDay {
  readonly day: string
  readonly expected: DayTotals
}

/** A day of one line of so many, and what it comes to. */
export function makeDay(dir: string, part: number, date = '2026-12-01'): MadeDay {
  const day = join(dir, 'day')
  const args = ['--seed', SEED, '--date', date, '--part', String(part), '--out', day]
  execFileSync(process.execPath, [GENERATOR, ...args])
  return { day, expected: totalsOfTally(tallyDay(day)) }
}

/** Starts to play a day; the player does not outlive the test. */
export function startPlay({ day }: MadeDay, dataDir: string): DayPlay {
  const play = new DayPlay(day, dataDir)
  onTestFinished(async () => await play.stop())
  return play
}

/** The same day on the embedded ledger, in a folder of its own. */
export async function playEmbedded(made: MadeDay, dataDir: string): Promise<PlayedDay> {
  const network = await startNetwork({ dataDir, ports: 'any' })
  try {
    return await startPlay(made, dataDir).played()
  } finally {
    await network.close()
  }
}

/** To the last digit: each line's result, the trial balance, the clearing, the programmes. */
export function expectTotals(played: PlayedDay, expected: DayTotals): void {
  expect(played.summary).toMatchObject({
    unresolved: 0,
    trialBalance: { balanced: true, generalEqualsDetail: true },
  })
  expect(totalsOf(played)).toEqual(expected)
}

/** What an auditor finds at the peers of these: nothing, and everywhere the same chain. */
export async function expectAudited(
  dataDir: string,
  organisations: readonly string[],
): Promise<void> {
  const hashes = new Map<number, string>()
  for (const organisation of organisations) {
    const args = ['audit', '--org', organisation, '--data', dataDir, '--json']
    const { stdout, stderr, status } = await runTallystick(args)
    const report = JSON.parse(stdout === '' ? JSON.stringify({ stderr }) : stdout) as AuditReport
    expect(report).toMatchObject({ findings: [], notCompared: [] })
    expect(status).toBe(0)
    // A keeper may have something to do between two audits.
    expect(hashes.get(report.blocks) ?? report.lastHash).toBe(report.lastHash)
    hashes.set(report.blocks, report.lastHash)
  }
}
