import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { NetworkFailure } from './network-failure.ts'

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly timeoutMs?: number
}

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** Options of a command line: `{ name: 'a' }` is `--name a`. */
export function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value])
}

/** Runs a program to its end and returns what it wrote to stdout. Throws COMMAND_FAILED. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env = process.env, cwd, timeoutMs = 60_000 }: CommandOptions = {},
): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { env, cwd, timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(failure(program, stderr.trim() === '' ? error.message : stderr))
      },
    )
  })
}

/** The message has the last words of the program. */
function failure(program: string, output: string): NetworkFailure {
  const words = output.trim().split('\n').slice(-3).join('\n')
  return new NetworkFailure('COMMAND_FAILED', `${basename(program)}: ${words}`)
}
