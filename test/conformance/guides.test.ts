import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTallystick } from '../cli/run-tallystick.ts'
import { TestNetwork } from '../support/test-network.ts'

const ROOT = join(import.meta.dirname, '../..')
const LIMIT_MS = 240_000

/** Enough for members to have points; the guides need the members, not the whole day. */
const LINES_OF_A_FILE = 60

let net: TestNetwork | undefined

/** The day that the guides name, with its members and the first lines of each till and wallet. */
function shortDay(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-guides-'))
  cpSync(join(ROOT, 'data/2026-12-01'), dir, { recursive: true })
  for (const file of readdirSync(dir)) {
    if (!/^(earnings|redemptions|transfers)-/.test(file)) continue
    const lines = readFileSync(join(dir, file), 'utf8').split('\n').slice(0, LINES_OF_A_FILE)
    writeFileSync(join(dir, file), `${lines.join('\n')}\n`)
  }
  return dir
}

beforeAll(async () => {
  net = await TestNetwork.start()
  const day = shortDay()
  const { status, stderr } = await runTallystick(['day', day, '--data', net.dataDir])
  rmSync(day, { recursive: true })
  if (status !== 0) throw new Error(stderr)
}, LIMIT_MS)

afterAll(async () => {
  await net?.stop()
})

/** Runs a script from a guide, while the gateways of this process answer it. */
async function runScript(script: string): Promise<{ status: number | null; output: string }> {
  const env = { ...process.env, NODE_ENV: '', DATA: net?.dataDir ?? '' }
  const shell = spawn('bash', ['-e', '-u', '-o', 'pipefail', '-c', script], { cwd: ROOT, env })
  const ended = new Promise<number | null>((resolve) => {
    shell.once('close', resolve)
  })
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)])
  return { status: await ended, output: `${stdout}\n${stderr}` }
}

function scriptOf(guide: string): string {
  const page = readFileSync(join(ROOT, 'docs/guides', guide), 'utf8')
  return [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('\n')
}

// One after the other: what merchants issue, members give, cashiers take and finance staff close.
test.each(['merchant.md', 'member.md', 'cashier.md', 'finance.md'])(
  'the commands of docs/guides/%s run as they stand',
  async (guide) => {
    const script = scriptOf(guide)
    const commands = script.match(/^.*sign --type/gm)?.length ?? 0
    const { status, output } = await runScript(script)
    expect(status, output).toBe(0)
    const accepted = output.match(/"status":"accepted"/g)?.length ?? 0
    expect(accepted).toBeGreaterThanOrEqual(Math.max(commands, 1))
  },
  LIMIT_MS,
)
