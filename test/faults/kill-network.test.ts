import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import type { DayTally } from '../day/tally.ts'
import { tallyDay } from '../day/tally.ts'

const DAY = 'data/2026-12-01'
const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-kill-'))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true })
})

function run(script: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

interface DayResult {
  readonly entries: number
  readonly refusals: Record<string, number>
  readonly replayed: number
  readonly unresolved: number
  readonly trialBalance: { readonly asOfBlock: string }
}

interface Row {
  readonly code: string
  readonly asset: string
  readonly balance: string
}

/** Balances per code and asset, without the sign: the side is the account's own. */
function balancesOf(trial: Record<string, unknown>): Record<string, string> {
  const rows = (trial['rows'] as Row[]).filter(({ code }) => code !== '3001')
  return Object.fromEntries(rows.map((row) => [`${row.code} ${row.asset}`, row.balance]))
}

function expectedBalances(tally: DayTally): Record<string, string> {
  const rows = tally.trialBalance.filter(({ code }) => code !== '3001')
  return Object.fromEntries(
    rows.map(({ code, asset, balance }) => {
      return [`${code} ${asset}`, String(balance < 0n ? -balance : balance)]
    }),
  )
}

/** Starts the network as `npm start` does and resolves when it says that it is ready. */
async function start(): Promise<ChildProcess> {
  const child = run('network/start.ts', '--data', dataDir, '--port', 'any')
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk)
    if (said.includes('Next:')) break
  }
  expect(said).toContain('Ready in')
  return child
}

function play(): { readonly child: ChildProcess; readonly result: Promise<DayResult> } {
  const child = run('cli/tallystick.ts', 'day', DAY, '--data', dataDir, '--json')
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const result = once(child, 'close').then(() => {
    return JSON.parse(said.trim().split('\n').at(-1) ?? '') as DayResult
  })
  return { child, result }
}

interface Gateway {
  readonly organisation: string
  readonly url: string
  readonly tokens: { readonly auditor: string }
}

async function get(organisation: string, path: string): Promise<Record<string, unknown>> {
  const file = JSON.parse(readFileSync(join(dataDir, 'gateways.json'), 'utf8')) as {
    gateways: Gateway[]
  }
  const gateway = file.gateways.find((one) => one.organisation === organisation)
  const headers = { authorization: `Bearer ${gateway?.tokens.auditor}` }
  const response = await fetch(`${gateway?.url}${path}`, { headers })
  return (await response.json()) as Record<string, unknown>
}

async function blockReaches(height: number): Promise<void> {
  while (Number((await get('mall', '/ledger'))['asOfBlock']) < height) await delay(50)
}

test('kill -9 in the middle of the day, start again, play again: the same totals', async () => {
  const network = await start()
  const interrupted = play()
  await blockReaches(100)
  network.kill('SIGKILL')
  await once(network, 'exit')
  interrupted.child.kill('SIGKILL')
  await interrupted.result.catch(() => undefined)

  const again = await start()
  const before = await get('mall', '/trial-balance')
  const result = await play().result
  const tally = tallyDay(DAY)
  // It was in the middle, and what had been acknowledged was kept.
  expect(result.replayed).toBeGreaterThan(1_000)
  expect(result.replayed).toBeLessThan(20_000)
  expect(before).toMatchObject({ balanced: true, generalEqualsDetail: true })
  expect({ entry: result.entries, ...result.refusals }).toEqual(Object.fromEntries(tally.counts))
  expect(result.unresolved).toBe(0)
  for (const organisation of ['bank', 'mall', 'airline']) {
    const trial = await get(
      organisation,
      `/trial-balance?minBlock=${result.trialBalance.asOfBlock}`,
    )
    expect(trial).toMatchObject({ balanced: true, generalEqualsDetail: true })
    expect(balancesOf(trial)).toEqual(expectedBalances(tally))
  }
  again.kill('SIGTERM')
  await once(again, 'exit')
}, 180_000)
