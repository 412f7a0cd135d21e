import type { ShapedCommand } from '../../ledger/index.ts'
import {
  contendedKeys,
  debitsOf,
  LANES,
  LedgerError,
  MAX_COMMANDS,
  MAX_FOLDED_CREDITS,
} from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import type { WaitingCommand } from './batch-queue.ts'
import { BatchQueue } from './batch-queue.ts'
import type { BatchPorts } from './batch-runner.ts'
import { runBatch } from './batch-runner.ts'
import { Outage } from './retries.ts'

export interface BatcherOptions {
  /** Transactions in flight at once, each in a quota lane of its own. */
  readonly maxInFlight: number
  readonly maxCommands: number
  /** A transaction overlaps another only when so many wait: few large ones cost less than many. */
  readonly minToOverlap: number
  readonly maxWaiting: number
  /** How long a lone command waits for company. */
  readonly companyMs: number
  /** How long the ledger may be away before commands are answered LEDGER_UNAVAILABLE. */
  readonly patienceMs: number
}

const DEFAULTS: BatcherOptions = {
  maxInFlight: 3,
  maxCommands: 500,
  minToOverlap: 40,
  maxWaiting: 20_000,
  companyMs: 3,
  // A supervised peer or chaincode server is back in 1 to 3 s, a leader is replaced in 5 to 10.
  patienceMs: 15_000,
}

/** What a transaction may carry: half of what the ordering service prefers in one block. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024

/** A refill may stand in front of the commands for every asset that they issue. */
const ROOM_FOR_REFILLS = 50

/**
 * Puts what is waiting into one transaction, and keeps several in flight of which no two touch the
 * same account, receipt, order or command id. Their keys are free again once the projection has
 * applied the block, so that the next batch folds what this one credited, and those who endorse
 * have it too; or, when the outcome is unknown, once it has come to an end.
 */
export class Batcher {
  readonly #ports: BatchPorts
  readonly #options: BatcherOptions
  readonly #queue: BatchQueue
  readonly #freeLanes: number[]
  readonly #keysInFlight = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  readonly #outage = new Outage()
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(ports: BatchPorts, options: Partial<BatcherOptions> = {}) {
    this.#ports = ports
    this.#options = { ...DEFAULTS, ...options }
    this.#queue = new BatchQueue(this.#options.maxWaiting)
    // The last that was freed comes first, so that few lanes take quota from the budgets.
    this.#freeLanes = Array.from({ length: LANES }, (_, lane) => LANES - 1 - lane)
  }

  /** Resolves with the command's outcome. Rejects with QUEUE_FULL or what kept it from one. */
  submit(
    shaped: ShapedCommand,
    identity: SubmitterIdentity,
    bytes: number,
  ): Promise<CommandAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'stopping' })
      const { organisation, sha256 } = this.#ports
      const keys = contendedKeys(shaped, { organisation, lane: 0, sha256 })
      const debits = debitsOf(shaped)
      this.#queue.add({ shaped, identity, keys, debits, bytes, resolve, reject })
      if (this.#queue.length >= this.#options.maxCommands) this.#start()
      else this.#timer ??= setTimeout(() => this.#start(), this.#options.companyMs)
    })
  }

  /** Answers what waits with LEDGER_UNAVAILABLE and waits for what is in flight. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const { reject } of this.#queue.drain()) {
      reject(new LedgerError('LEDGER_UNAVAILABLE', { stage: 'stopping' }))
    }
    await Promise.all(this.#running)
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { maxInFlight, minToOverlap } = this.#options
    while (
      this.#running.size < maxInFlight &&
      (this.#running.size === 0 || this.#queue.length >= minToOverlap)
    ) {
      const lane = this.#freeLanes.pop()
      if (lane === undefined) return
      const batch = this.#take()
      if (batch.length === 0) {
        this.#freeLanes.push(lane)
        return
      }
      const running = this.#run(batch, lane)
      this.#running.add(running)
      void running.finally(() => {
        this.#running.delete(running)
        this.#start()
      })
    }
  }

  #take(): WaitingCommand[] {
    const limits = {
      maxCommands: Math.min(this.#options.maxCommands, MAX_COMMANDS - ROOM_FOR_REFILLS),
      maxWeight: MAX_FOLDED_CREDITS,
      maxBytes: MAX_BATCH_BYTES,
    }
    // Several debits of one holding name its credits once.
    const weighed = new Set<string>()
    const weigh = ({ debits }: WaitingCommand): number =>
      debits.reduce((sum, { account, asset }) => {
        const holding = `${account} ${asset}`
        if (weighed.has(holding)) return sum
        weighed.add(holding)
        return sum + this.#ports.openCredits(account, asset).transactions.length
      }, 0)
    return this.#queue.take(limits, (key) => this.#keysInFlight.has(key), weigh)
  }

  /** Resolves when every command has been answered; keys and lane may be held for longer. */
  async #run(batch: readonly WaitingCommand[], lane: number): Promise<void> {
    const keys = new Set(batch.flatMap((command) => command.keys))
    for (const key of keys) this.#keysInFlight.add(key)
    const holds: Promise<void>[] = []
    const hold = (until: Promise<void>): void => void holds.push(until)
    const { patienceMs } = this.#options
    try {
      await runBatch(batch, { lane, patienceMs, outage: this.#outage, hold }, this.#ports)
    } finally {
      void this.#release(keys, lane, holds)
    }
  }

  async #release(
    keys: ReadonlySet<string>,
    lane: number,
    holds: readonly Promise<void>[],
  ): Promise<void> {
    await Promise.allSettled(holds)
    for (const key of keys) this.#keysInFlight.delete(key)
    this.#freeLanes.push(lane)
    this.#start()
  }
}
