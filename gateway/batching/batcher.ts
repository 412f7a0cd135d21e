import type { ShapedCommand } from '../../ledger/index.ts'
import {
  contendedKeys,
  debitsOf,
  LANES,
  LedgerError,
  MAX_COMMANDS,
  MAX_FOLDED_CREDITS,
  organisationOf,
} from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import type { Batch } from './batch.ts'
import { BatchQueue } from './batch-queue.ts'
import type { BatchPorts, OpenCredits, RunContext } from './batch-runner.ts'
import { nameOfHolding, runBatch } from './batch-runner.ts'
import type { PaceState } from './pace.ts'
import { Pace } from './pace.ts'
import { PoolTurns } from './pool-turns.ts'
import { Quarantine } from './quarantine.ts'
import { Outage } from './retries.ts'
import type { Track, WaitingCommand } from './waiting-command.ts'

export interface BatcherOptions {
  /** Transactions in flight at once, each in a quota lane of its own, when it pays; see Pace. */
  readonly maxInFlight: number
  readonly maxCommands: number
  readonly maxWaiting: number
  /** How long a lone command waits for company. */
  readonly companyMs: number
  /** Within what time a batch should be answered; see Pace. */
  readonly targetMs: number
  /** How long the ledger may be away before commands are answered LEDGER_UNAVAILABLE. */
  readonly patienceMs: number
  /**
   * How far apart transactions for suspects' single commands are: each costs as much as one for
   * hundreds of others' commands.
   */
  readonly aloneEveryMs: number
}

/** A refill may stand in front of the commands for every asset that they issue. */
const ROOM_FOR_REFILLS = 50

const DEFAULTS: BatcherOptions = {
  maxInFlight: 3,
  maxCommands: MAX_COMMANDS - ROOM_FOR_REFILLS,
  maxWaiting: 20_000,
  companyMs: 3,
  targetMs: 2_000,
  // A supervised peer or chaincode server is back in 1 to 3 s, a leader is replaced in 5 to 10.
  patienceMs: 15_000,
  aloneEveryMs: 200,
}

/** What a transaction may carry: half of what the ordering service prefers in one block. */
const MAX_BATCH_BYTES = 2 * 1024 * 1024

/** For so long after a command of somebody who sends little, he is taken to be there still. */
const CROWDED_MS = 2_000

/** In the order in which they may start, and how many batches of each may be in flight. */
const PLACES: readonly (readonly [Track, number])[] = [
  ['express', 2],
  // By the pace.
  ['ordinary', Infinity],
  ['alone', 1],
  ['keeper', 1],
]

/** A batch on its way. */
interface Flight {
  readonly track: Track
  readonly startedMs: number
  isEndorsing: boolean
}

/** How a command was sent. */
export interface CommandOrigin {
  readonly identity: SubmitterIdentity
  /** Who takes turns with others: a connection, another gateway, or the keeper. */
  readonly client: string
  /** The size of the command's text. */
  readonly bytes: number
}

/**
 * Puts what is waiting into transactions, and keeps several in flight of which no two touch the same
 * account, receipt, order or command id. Their keys are free again once the projection has applied
 * the block, so that the next batch folds what this one credited, and those who endorse have it
 * too; or, when the outcome is unknown, once it has come to an end.
 */
export class Batcher {
  readonly #ports: BatchPorts
  readonly #options: BatcherOptions
  readonly #queue: BatchQueue
  readonly #pace: Pace
  readonly #quarantine = new Quarantine()
  readonly #poolTurns = new PoolTurns()
  readonly #freeLanes: number[]
  readonly #flights = new Map<Promise<void>, Flight>()
  readonly #outage = new Outage()
  #timer: NodeJS.Timeout | undefined
  #timerDueMs = Infinity
  #crowdedUntilMs = -Infinity
  #aloneStartedMs = -Infinity
  #isStopped = false

  constructor(ports: BatchPorts, options: Partial<BatcherOptions> = {}) {
    this.#ports = ports
    this.#options = { ...DEFAULTS, ...options }
    this.#pace = new Pace(this.#options)
    const isSuspect = (command: WaitingCommand): boolean => this.#quarantine.holds(command)
    this.#queue = new BatchQueue(this.#options.maxWaiting, isSuspect)
    // The last that was freed comes first, so that few lanes take quota from the budgets.
    this.#freeLanes = Array.from({ length: LANES }, (_, lane) => LANES - 1 - lane)
  }

  /** Resolves with the command's outcome. Rejects with QUEUE_FULL or what kept it from one. */
  submit(shaped: ShapedCommand, origin: CommandOrigin): Promise<CommandAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'stopping' })
      const { organisation, sha256 } = this.#ports
      const keys = contendedKeys(shaped, { organisation, lane: 0, sha256 })
      const arrivedMs = performance.now()
      const waiting: WaitingCommand = {
        ...origin,
        shaped,
        keys,
        debits: debitsOf(shaped),
        arrivedMs,
        resolve: (answer) => {
          this.#queue.answered(waiting)
          resolve(answer)
        },
        reject: (error) => {
          this.#queue.answered(waiting)
          reject(error)
        },
      }
      this.#queue.add(waiting)
      if (this.#needsWayPast(waiting)) this.#crowdedUntilMs = arrivedMs + CROWDED_MS
      if (this.#queue.length >= this.#options.maxCommands) this.#start()
      else this.#startIn(this.#options.companyMs)
    })
  }

  /**
   * Whether a command is of somebody of this organisation who sends little while others flood.
   * Others' people have a gateway of their own, and suspects go alone anyway.
   */
  #needsWayPast(command: WaitingCommand): boolean {
    const isLight = this.#queue.isFlooded && this.#queue.isLight(command.client)
    const isOwn = organisationOf(command.shaped.command.actor) === this.#ports.organisation
    return isLight && isOwn && !this.#quarantine.holds(command)
  }

  /** How many commands wait for a batch. */
  get waiting(): number {
    return this.#queue.length
  }

  /** Answers what waits with LEDGER_UNAVAILABLE and waits for what is in flight. */
  async stop(): Promise<void> {
    this.#isStopped = true
    const stopping = new LedgerError('LEDGER_UNAVAILABLE', { stage: 'stopping' })
    const refuseAll = (): void => {
      for (const { reject } of this.#queue.drain()) reject(stopping)
    }
    refuseAll()
    await Promise.all(this.#flights.keys())
    // What was set aside meanwhile.
    refuseAll()
    clearTimeout(this.#timer)
  }

  /** Starts what may start within so many milliseconds, if it is not to be sooner. */
  #startIn(delayMs: number): void {
    const dueMs = performance.now() + delayMs
    if (dueMs >= this.#timerDueMs || delayMs === Infinity) return
    clearTimeout(this.#timer)
    this.#timerDueMs = dueMs
    this.#timer = setTimeout(() => this.#start(), delayMs)
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#timerDueMs = Infinity
    if (this.#isStopped) return
    // What is found on one track to belong on another may go there at once.
    for (let before = -1; before !== this.#queue.trackChanges;) {
      before = this.#queue.trackChanges
      for (const [track, places] of PLACES) {
        while (this.#mayStart(track, places) && this.#startOne(track)) continue
      }
    }
  }

  #mayStart(track: Track, places: number): boolean {
    if (this.#queue.length === 0) return false
    if (track === 'alone' && this.#isTooSoonAlone()) return false
    if (track !== 'ordinary') {
      const isNeeded = track !== 'express' || this.#queue.isFlooded
      return isNeeded && this.#flightsOn(track).length < places
    }
    const delayMs = this.#pace.delayMs(performance.now(), this.#paceState())
    if (delayMs > 0) this.#startIn(delayMs)
    return delayMs === 0
  }

  #isTooSoonAlone(): boolean {
    const delayMs = this.#aloneStartedMs + this.#options.aloneEveryMs - performance.now()
    if (delayMs > 0 && this.#queue.hasSuspects) this.#startIn(delayMs)
    return delayMs > 0
  }

  #flightsOn(track: Track): Flight[] {
    return [...this.#flights.values()].filter((flight) => flight.track === track)
  }

  #paceState(): PaceState {
    const flights = this.#flightsOn('ordinary')
    return {
      inFlight: flights.length,
      waiting: this.#queue.length,
      isEndorsing: flights.some(({ isEndorsing }) => isEndorsing),
      isCrowded: performance.now() < this.#crowdedUntilMs,
    }
  }

  /** False when nothing on the track can go, or there is no lane for it. */
  #startOne(track: Track): boolean {
    const lane = this.#freeLanes.pop()
    if (lane === undefined) return false
    const credits = new Map<string, OpenCredits>()
    const batch = this.#take(track, credits)
    if (batch === undefined) {
      this.#freeLanes.push(lane)
      return false
    }
    const { size } = batch
    const startedMs = performance.now()
    const flight: Flight = { track, startedMs, isEndorsing: true }
    if (track === 'ordinary') this.#pace.started(startedMs)
    if (track === 'alone') this.#aloneStartedMs = startedMs
    const running = this.#run(batch, { lane, credits, flight })
    this.#flights.set(running, flight)
    void running.finally(() => {
      this.#flights.delete(running)
      this.#noteTime(flight, size)
      this.#start()
    })
    return true
  }

  #noteTime({ track, startedMs }: Flight, size: number): void {
    const nowMs = performance.now()
    if (track === 'ordinary') this.#pace.answered(startedMs, nowMs)
    if (track === 'ordinary' || track === 'express') this.#pace.took(nowMs - startedMs, size)
  }

  #take(track: Track, credits: Map<string, OpenCredits>): Batch | undefined {
    const { maxCommands } = this.#options
    // Several debits of one holding name its credits once.
    const weigh = ({ debits }: WaitingCommand): number =>
      debits.reduce((sum, holding) => {
        const name = nameOfHolding(holding)
        if (credits.has(name)) return sum
        const open = this.#ports.openCredits(holding.account, holding.asset)
        credits.set(name, open)
        return sum + open.transactions.length
      }, 0)
    const batch = this.#queue.take(track, {
      maxCommands: Math.min(maxCommands, this.#pace.size(this.#paceState())),
      maxWeight: MAX_FOLDED_CREDITS,
      maxBytes: MAX_BATCH_BYTES,
      weigh,
    })
    if (batch === undefined) return undefined
    const oldestMs = Math.min(...batch.commands.map(({ arrivedMs }) => arrivedMs))
    this.#ports.observer?.taken(batch.size, performance.now() - oldestMs)
    return batch
  }

  /** Resolves when every command has been answered or set aside; keys and lane may be held longer. */
  async #run(
    batch: Batch,
    on: {
      readonly lane: number
      readonly credits: Map<string, OpenCredits>
      readonly flight: Flight
    },
  ): Promise<void> {
    const { lane, credits, flight } = on
    const holds: Promise<void>[] = []
    const ended = Promise.withResolvers<void>()
    let hasTurns = false
    const context: RunContext = {
      lane,
      credits,
      patienceMs: this.#options.patienceMs,
      outage: this.#outage,
      hold: (until) => void holds.push(until),
      takeTurns: async (pools) => {
        // Who has a turn already must not wait for another, for whose holder may wait for him.
        if (hasTurns) return
        hasTurns = true
        await this.#poolTurns.take(pools, ended.promise)
      },
      onEndorsed: () => {
        flight.isEndorsing = false
        this.#start()
      },
      setAside: ({ suspects, commands }) => {
        this.#quarantine.accuse(suspects)
        this.#queue.putBack(batch, commands)
        this.#start()
      },
    }
    try {
      await runBatch(batch.commands, context, this.#ports)
    } finally {
      void this.#release(batch, lane, holds).finally(ended.resolve)
    }
  }

  async #release(batch: Batch, lane: number, holds: readonly Promise<void>[]): Promise<void> {
    await Promise.allSettled(holds)
    this.#queue.release(batch)
    this.#freeLanes.push(lane)
    this.#start()
  }
}
