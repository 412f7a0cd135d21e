import { LedgerError } from '../../ledger/index.ts'
import { pause } from '../fabric/pause.ts'
import type { DueCommand, DueWork } from './due-work.ts'

export interface KeeperPorts {
  readonly work: Pick<DueWork, 'next'>
  /** Whether the projection has what the ledger has. */
  readonly isCaughtUp: () => boolean
  /** Whether clients' commands wait. */
  readonly isBusy: () => boolean
  /** Resolves with the command's outcome. Rejects with what kept it from one. */
  readonly submit: (command: DueCommand) => Promise<unknown>
  readonly onFault: (error: unknown) => void
}

export interface KeeperTiming {
  /** Between looks at what is due. */
  readonly everyMs: number
  /** How often it gives way to clients before it takes a turn after all. */
  readonly givesWay: number
}

const TIMING: KeeperTiming = { everyMs: 2_000, givesWay: 4 }

/**
 * Sends what is merely due for the accounts of its organisation, all of one look in one
 * transaction, and the next only when that has come to an end. What it misses is found again.
 */
export class Keeper {
  readonly #ports: KeeperPorts
  readonly #timing: KeeperTiming
  readonly #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #gaveWay = 0

  constructor(ports: KeeperPorts, timing: Partial<KeeperTiming> = {}) {
    this.#ports = ports
    this.#timing = { ...TIMING, ...timing }
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Sends nothing more. Resolves once what was sent has come to an end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await pause(this.#timing.everyMs, signal)
      if (signal.aborted || !this.#isItsTurn()) continue
      try {
        await this.#keep()
      } catch (error) {
        this.#ports.onFault(error)
      }
    }
  }

  #isItsTurn(): boolean {
    const { isCaughtUp, isBusy } = this.#ports
    if (!isCaughtUp()) return false
    this.#gaveWay = isBusy() ? this.#gaveWay + 1 : 0
    if (this.#gaveWay > 0 && this.#gaveWay <= this.#timing.givesWay) return false
    this.#gaveWay = 0
    return true
  }

  async #keep(): Promise<void> {
    const commands = this.#ports.work.next()
    const settled = await Promise.allSettled(
      commands.map(async (command) => await this.#ports.submit(command)),
    )
    for (const one of settled) {
      // A ledger that is away, or a queue that is full, others have been told of.
      if (one.status === 'rejected' && !(one.reason instanceof LedgerError)) {
        this.#ports.onFault(one.reason)
      }
    }
  }
}
