import { LedgerError } from '../../ledger/index.ts'
import { Batch } from './batch.ts'
import { ClientShares } from './client-shares.ts'
import { Fifo } from './fifo.ts'
import { OldestFirst } from './oldest-first.ts'
import type { Track, WaitingCommand } from './waiting-command.ts'
import { KEEPER } from './waiting-command.ts'

export interface BatchLimits {
  readonly maxCommands: number
  /** Sum over the batch of what `weigh` says of each command. */
  readonly maxWeight: number
  readonly maxBytes: number
  readonly weigh: (command: WaitingCommand) => number
}

/** A command's place in the queue. */
export interface Slot {
  readonly command: WaitingCommand
  readonly keys: readonly string[]
  readonly order: number
  /** Of how many of its keys another command is first. */
  behind: number
  /** Whether its client's turn can come to it. */
  isReady: boolean
}

/** Those who wait for a key, in the order in which they came, and the batch in flight that has it. */
interface KeyLine {
  readonly waiting: Fifo<Slot>
  holder: Batch | undefined
}

/** What a client has that is first on all of its keys. */
interface Turn {
  readonly name: string
  readonly track: Track
  /** A batch has one; of several identities only one is submitted. */
  readonly identity: string
  readonly client: string
  readonly ready: OldestFirst<Slot>
}

/**
 * Commands that wait for their batch. Clients take turns, one command each, the oldest first. Two
 * commands that share a key go in the order in which they came, in one batch or one after the
 * other: a command is ready when it is first on every key of its own. Adding and taking cost the
 * same however many wait.
 */
export class BatchQueue {
  readonly #maxLength: number
  readonly #isSuspect: (command: WaitingCommand) => boolean
  readonly #shares = new ClientShares()
  readonly #waiting = new Map<WaitingCommand, Slot>()
  readonly #keys = new Map<string, KeyLine>()
  /** Those with something ready, in the order of their turns. */
  readonly #turns = new Map<string, Turn>()
  #added = 0
  #changes = 0

  /** Suspects get batches of their own, of one command. */
  constructor(maxLength: number, isSuspect: (command: WaitingCommand) => boolean = () => false) {
    this.#maxLength = maxLength
    this.#isSuspect = isSuspect
  }

  get length(): number {
    return this.#waiting.size
  }

  /** Whether a client has so much open that others need a way past it. */
  get isFlooded(): boolean {
    return this.#shares.isFlooded
  }

  /** How often a command was found to belong on another track than when it became ready. */
  get trackChanges(): number {
    return this.#changes
  }

  /** Whether a suspect's command could go, by itself. */
  get hasSuspects(): boolean {
    return [...this.#turns.values()].some(({ track }) => track === 'alone')
  }

  /** Whether a client is none of those who flood. */
  isLight(client: string): boolean {
    return this.#shares.isLight(client)
  }

  /** Throws QUEUE_FULL. The last quarter is for those who have little waiting. */
  add(command: WaitingCommand): void {
    if (!this.#shares.mayAdd(command.client, this.length, this.#maxLength)) {
      throw new LedgerError('QUEUE_FULL')
    }
    this.#shares.opened(command.client)
    this.#added += 1
    const keys = [...new Set(command.keys)]
    const slot: Slot = { command, keys, order: this.#added, behind: 0, isReady: false }
    this.#waiting.set(command, slot)
    for (const key of keys) {
      const line = this.#line(key)
      if (line.waiting.first !== undefined) slot.behind += 1
      line.waiting.push(slot)
    }
    this.#makeReady(slot)
  }

  /** Takes the next batch of a track; undefined when nothing on it is ready. */
  take(track: Track, limits: BatchLimits): Batch | undefined {
    const batch = new Batch()
    const room = new Room(track === 'alone' ? { ...limits, maxCommands: 1 } : limits)
    const done = new Set<Turn>()
    for (let before = -1; before < batch.size;) {
      before = batch.size
      // Of this round alone: whoever has been served comes again in the next.
      const round = [...this.#turns.values()]
      for (const turn of round) {
        if (done.has(turn) || !this.#isOn(track, turn, batch)) continue
        if (!this.#takeNext(turn, batch, room)) done.add(turn)
        if (room.isFull) return batch
      }
    }
    return batch.size === 0 ? undefined : batch
  }

  /** Lets others have the keys of a batch that has come to an end. */
  release(batch: Batch): void {
    for (const key of batch.keys) this.#free(key)
  }

  /** Puts commands of a batch that go on waiting back in front of those that came after them. */
  putBack(batch: Batch, commands: ReadonlySet<WaitingCommand>): void {
    const slots = batch.remove(commands)
    for (const slot of slots.toReversed()) {
      slot.behind = 0
      this.#waiting.set(slot.command, slot)
      for (const key of slot.keys) {
        const line = this.#line(key)
        if (line.waiting.first !== undefined) line.waiting.first.behind += 1
        line.waiting.unshift(slot)
      }
    }
    const freed = slots.flatMap(({ keys }) => keys).filter((key) => !batch.keys.has(key))
    for (const key of freed) this.#free(key)
    for (const slot of slots) this.#makeReady(slot)
  }

  /** Takes note of a command's answer, whether it was taken in time or not. */
  answered({ client }: WaitingCommand): void {
    this.#shares.closed(client)
  }

  /** Takes out everything, for shutting down. */
  drain(): WaitingCommand[] {
    const all = [...this.#waiting.keys()]
    this.#waiting.clear()
    this.#keys.clear()
    this.#turns.clear()
    return all
  }

  #line(key: string): KeyLine {
    let line = this.#keys.get(key)
    if (line === undefined) {
      line = { waiting: new Fifo(), holder: undefined }
      this.#keys.set(key, line)
    }
    return line
  }

  #isOn(track: Track, turn: Turn, batch: Batch): boolean {
    const identity = batch.slots[0]?.command.identity ?? turn.identity
    if (turn.identity !== identity) return false
    if (track !== 'express') return turn.track === track
    return turn.track === 'ordinary' && this.#shares.isLight(turn.client)
  }

  /** Takes a client's oldest command that no batch in flight keeps back. False when there is none. */
  #takeNext(turn: Turn, batch: Batch, room: Room): boolean {
    for (let slot = turn.ready.first; slot !== undefined; slot = turn.ready.first) {
      const isElsewhere = this.#trackOf(slot.command) !== turn.track
      if (slot.behind === 0 && !isElsewhere && !this.#isKept(slot, batch)) {
        if (!room.take(slot.command)) return false
        turn.ready.shift()
        this.#move(slot, batch)
        this.#endTurn(turn)
        return true
      }
      // What is kept is made ready again when its keys are free.
      turn.ready.shift()
      slot.isReady = false
      if (isElsewhere) {
        this.#changes += 1
        this.#makeReady(slot)
      }
    }
    this.#endTurn(turn)
    return false
  }

  #isKept({ keys }: Slot, batch: Batch): boolean {
    return keys.some((key) => {
      const holder = this.#keys.get(key)?.holder
      return holder !== undefined && holder !== batch
    })
  }

  #move(slot: Slot, batch: Batch): void {
    this.#waiting.delete(slot.command)
    slot.isReady = false
    batch.add(slot)
    for (const key of slot.keys) {
      const line = this.#line(key)
      line.waiting.shift()
      line.holder = batch
      const next = line.waiting.first
      if (next === undefined) continue
      next.behind -= 1
      this.#makeReady(next)
    }
  }

  #free(key: string): void {
    const line = this.#line(key)
    line.holder = undefined
    if (line.waiting.first === undefined) this.#keys.delete(key)
    else this.#makeReady(line.waiting.first)
  }

  #trackOf(command: WaitingCommand): Track {
    if (this.#isSuspect(command)) return 'alone'
    return command.client === KEEPER ? 'keeper' : 'ordinary'
  }

  #makeReady(slot: Slot): void {
    if (slot.isReady || slot.behind > 0) return
    slot.isReady = true
    const { identity, client, shaped } = slot.command
    const track = this.#trackOf(slot.command)
    // Of suspects everyone waits for himself, whoever sends for him.
    const name = `${track} ${identity} ${track === 'alone' ? shaped.command.actor : client}`
    let turn = this.#turns.get(name)
    if (turn === undefined) {
      turn = { name, track, identity, client, ready: new OldestFirst() }
      this.#turns.set(name, turn)
    }
    turn.ready.push(slot)
  }

  /** A client that has something left goes to the end. */
  #endTurn(turn: Turn): void {
    this.#turns.delete(turn.name)
    if (turn.ready.first !== undefined) this.#turns.set(turn.name, turn)
  }
}

/** What is left of a batch's limits. */
class Room {
  readonly #limits: BatchLimits
  #commands = 0
  #weight = 0
  #bytes = 0

  constructor(limits: BatchLimits) {
    this.#limits = limits
  }

  get isFull(): boolean {
    return this.#commands >= this.#limits.maxCommands
  }

  /** False when the command does not fit; the first always does. */
  take(command: WaitingCommand): boolean {
    const weight = this.#weight + this.#limits.weigh(command)
    const bytes = this.#bytes + command.bytes
    const fits = weight <= this.#limits.maxWeight && bytes <= this.#limits.maxBytes
    if (!fits && this.#commands > 0) return false
    this.#commands += 1
    this.#weight = weight
    this.#bytes = bytes
    return true
  }
}
