import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLimits } from './log-file.ts'
import { rotateLog } from './log-file.ts'
import type { ProcessSpec, ProcessStatus } from './process-spec.ts'

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
/** A process that ran for so long has recovered; the next pause is the first one again. */
const STEADY_MS = 10_000
const STOP_LIMIT_MS = 8_000
/** Of every process: what is written now, and the three files before it. */
const LOG_LIMITS = { maxBytes: 8 * 1024 * 1024, kept: 3 }
const LOG_CHECK_MS = 5_000

/** By this variable a process is known as ours after a supervisor has died. */
export const OWNER_VARIABLE = 'TALLYSTICK_PROCESS'

/** One process, started again with growing pauses whenever it ends by itself. */
export class SupervisedProcess {
  readonly spec: ProcessSpec
  readonly #folder: string
  readonly #onChange: () => void
  readonly #limits: LogLimits & { readonly checkMs: number }
  #logCheck: NodeJS.Timeout | undefined
  #child: ChildProcess | undefined
  #timer: NodeJS.Timeout | undefined
  #startedMs = 0
  #failures = 0
  #starts = 0
  #lastExit: string | undefined
  #isWanted = false

  /** A process whose log is kept, within limits, in `logs` of the folder. */
  constructor(
    spec: ProcessSpec,
    folder: string,
    onChange: () => void,
    limits = { ...LOG_LIMITS, checkMs: LOG_CHECK_MS },
  ) {
    this.spec = spec
    this.#folder = folder
    this.#onChange = onChange
    this.#limits = limits
  }

  status(): ProcessStatus {
    const pid = this.#child?.pid
    const idle = this.#isWanted ? 'waiting' : 'stopped'
    return {
      name: this.spec.name,
      kind: this.spec.kind,
      state: pid === undefined ? idle : 'running',
      ...(pid !== undefined && { pid, startedAt: new Date(this.#startedMs).toISOString() }),
      restarts: Math.max(0, this.#starts - 1),
      ...(this.#lastExit !== undefined && { lastExit: this.#lastExit }),
    }
  }

  start(): void {
    this.#isWanted = true
    this.#logCheck ??= setInterval(() => this.#boundLog(), this.#limits.checkMs)
    if (this.#child !== undefined) return
    clearTimeout(this.#timer)
    const refusal = this.#refusal()
    if (refusal === undefined) this.#spawn()
    else this.#ended(refusal)
  }

  /** Ends the process, which is then started again at once. */
  restart(): void {
    this.#failures = 0
    if (this.#child === undefined) this.start()
    else this.#child.kill('SIGTERM')
  }

  /** Ends the process for good; kills it when it does not end by itself. */
  async stop(): Promise<void> {
    this.#isWanted = false
    clearTimeout(this.#timer)
    clearInterval(this.#logCheck)
    this.#logCheck = undefined
    const child = this.#child
    if (child === undefined) return
    await new Promise<void>((resolve) => {
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
      child.once('exit', () => {
        clearTimeout(killer)
        resolve()
      })
      child.kill('SIGTERM')
    })
  }

  /** Why the process must not be started. */
  #refusal(): string | undefined {
    const { verified } = this.spec
    if (verified === undefined) return undefined
    try {
      const sha256 = createHash('sha256').update(readFileSync(verified.path)).digest('hex')
      return sha256 === verified.sha256
        ? undefined
        : `refused: its bytes are ${sha256.slice(0, 12)}…`
    } catch (error) {
      return `refused: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  #spawn(): void {
    const { command, args, env, name } = this.spec
    // Appending, so that it goes on at the beginning of the file once that is emptied.
    const log = openSync(this.#logPath(), 'a', 0o600)
    const owner = { [OWNER_VARIABLE]: `${this.#folder}#${name}` }
    const child = spawn(command, args, {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], ...env, ...owner },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    this.#child = child
    this.#startedMs = Date.now()
    this.#starts += 1
    child.once('error', (error) => {
      if (child.pid === undefined) this.#ended(error.message)
    })
    child.once('exit', (code, signal) => this.#ended(signal ?? `code ${String(code)}`))
    this.#onChange()
  }

  #logPath(): string {
    return join(this.#folder, 'logs', `${this.spec.name}.log`)
  }

  /** The process itself writes the file: it must not end with the supervisor, as with a pipe. */
  #boundLog(): void {
    try {
      rotateLog(this.#logPath(), this.#limits)
    } catch (error) {
      console.error(`${this.spec.name}: its log was not rotated:`, error)
    }
  }

  #ended(reason: string): void {
    const wasSteady = this.#child !== undefined && Date.now() - this.#startedMs > STEADY_MS
    this.#child = undefined
    this.#lastExit = reason
    if (this.#isWanted) {
      this.#failures = wasSteady ? 0 : this.#failures
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS)
      this.#failures += 1
      this.#timer = setTimeout(() => this.start(), pauseMs)
    }
    this.#onChange()
  }
}
