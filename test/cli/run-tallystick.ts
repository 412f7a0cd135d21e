import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const TALLYSTICK = join(import.meta.dirname, '../../cli/tallystick.ts')

export interface Run {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command-line tool to its end, while servers of this process can answer it. */
export async function runTallystick(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  // Test runners set NODE_ENV; the tool is to see what a user's shell has.
  const child = spawn(process.execPath, [TALLYSTICK, ...args], {
    env: { ...process.env, NODE_ENV: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await ended, stdout, stderr }
}
