import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection } from '@duckdb/node-api'
import { ReconciliationProblem } from './reconciliation-problem.ts'
import { literal } from './sql-text.ts'

const MEMORY_LIMIT = '700MB'
const POLL_INTERVAL_MS = 250

/** How far a run has come: from 0 to 1, and how long the rest is likely to take. */
export interface RunProgress {
  readonly stage: string
  readonly fraction: number
  readonly secondsLeft: number
}

export interface WorkOptions {
  /** Folder for what does not fit into memory; gone when the run has come to its end. */
  readonly scratch: string
  /** What the run is about: only the same one goes on with what an interrupted one has done. */
  readonly fingerprint: string
  /** Whether finished stages are kept on disk, so that the run can be gone on with. */
  readonly isKept: boolean
  readonly onProgress: (progress: RunProgress) => void
  /** Aborting it interrupts the run. */
  readonly signal: AbortSignal | undefined
}

/** A part of a run: done wholly or not at all. */
export interface Stage {
  readonly name: string
  /** Its share of the time that a run takes; all shares come to 1. */
  readonly share: number
  readonly run: () => Promise<void>
}

/** The database that a run works in, and which stages it has finished. */
export class WorkDatabase {
  readonly connection: DuckDBConnection
  readonly #instance: DuckDBInstance
  readonly #options: WorkOptions
  readonly #finished: ReadonlySet<string>
  readonly #startedMs = performance.now()

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    options: WorkOptions,
    finished: ReadonlySet<string>,
  ) {
    this.#instance = instance
    this.connection = connection
    this.#options = options
    this.#finished = finished
  }

  /** Begins a run, or opens one that was interrupted. Throws RUN_DIFFERS. */
  static async open(options: WorkOptions): Promise<WorkDatabase> {
    const { scratch, isKept } = options
    const path = join(scratch, 'work.duckdb')
    if (!existsSync(path)) rmSync(scratch, { recursive: true, force: true })
    mkdirSync(scratch, { recursive: true })
    const instance = await DuckDBInstance.create(isKept ? path : ':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: join(scratch, 'spilled'),
    })
    const connection = await instance.connect()
    try {
      await connection.run('SET enable_progress_bar = true; SET enable_progress_bar_print = false')
      const finished = await finishedStages(connection, options)
      return new WorkDatabase(instance, connection, options, finished)
    } catch (error) {
      connection.closeSync()
      instance.closeSync()
      throw error
    }
  }

  /** Runs the stages that are not finished, one after the other. Throws RUN_INTERRUPTED. */
  async run(stages: readonly Stage[]): Promise<void> {
    const { signal, isKept } = this.#options
    const interrupt = (): void => this.connection.interrupt()
    signal?.addEventListener('abort', interrupt)
    const skipped = stages.filter(({ name }) => this.#finished.has(name))
    const before = skipped.reduce((sum, { share }) => sum + share, 0)
    let done = before
    try {
      for (const stage of stages) {
        if (this.#finished.has(stage.name)) continue
        await this.#watched(stage, { before, done })
        done += stage.share
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error
      const next = isKept ? 'the same command goes on with it' : 'the same command begins it anew'
      throw new ReconciliationProblem('RUN_INTERRUPTED', `the run was interrupted; ${next}`)
    } finally {
      signal?.removeEventListener('abort', interrupt)
    }
  }

  close(): void {
    this.connection.closeSync()
    this.#instance.closeSync()
  }

  async #watched(stage: Stage, from: { before: number; done: number }): Promise<void> {
    let part = 0
    const tell = (): void => {
      // A stage is several queries, each of which counts from nothing: what was reached stands.
      part = Math.max(part, this.connection.progress.percentage / 100)
      this.#tell(stage.name, from.before, from.done + stage.share * Math.min(part, 0.99))
    }
    tell()
    // An interruption is lost on a database that is not at work.
    this.#options.signal?.throwIfAborted()
    const timer = setInterval(tell, POLL_INTERVAL_MS)
    try {
      await this.connection.run('BEGIN TRANSACTION')
      await stage.run()
      await this.connection.run(`INSERT INTO finished VALUES (${literal(stage.name)})`)
      await this.connection.run('COMMIT')
    } finally {
      clearInterval(timer)
    }
  }

  #tell(stage: string, before: number, fraction: number): void {
    const elapsedSeconds = (performance.now() - this.#startedMs) / 1_000
    const made = fraction - before
    const secondsLeft = made <= 0 ? 0 : (elapsedSeconds / made) * (1 - fraction)
    this.#options.onProgress({ stage, fraction, secondsLeft })
  }
}

async function finishedStages(
  connection: DuckDBConnection,
  { fingerprint, scratch }: WorkOptions,
): Promise<Set<string>> {
  await connection.run('CREATE TABLE IF NOT EXISTS about (fingerprint VARCHAR)')
  await connection.run('CREATE TABLE IF NOT EXISTS finished (stage VARCHAR)')
  const about = await connection.runAndReadAll('SELECT fingerprint FROM about')
  const [[known] = []] = about.getRows()
  if (known === undefined) {
    await connection.run(`INSERT INTO about VALUES (${literal(fingerprint)})`)
  } else if (known !== fingerprint) {
    const message = `${scratch} is of an interrupted run over other files or rules; delete it`
    throw new ReconciliationProblem('RUN_DIFFERS', `${message}, or choose another folder`)
  }
  const finished = await connection.runAndReadAll('SELECT stage FROM finished')
  return new Set(finished.getRows().map(([stage]) => String(stage)))
}
