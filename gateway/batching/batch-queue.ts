import type { HoldingReference, ShapedCommand } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import type { CommandAnswer } from '../commands/command-answer.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'

/** A command that waits for its transaction. */
export interface WaitingCommand {
  readonly shaped: ShapedCommand
  readonly identity: SubmitterIdentity
  /** Keys by which it would invalidate, or be invalidated by, another transaction in flight. */
  readonly keys: readonly string[]
  readonly debits: readonly HoldingReference[]
  /** The size of its text. */
  readonly bytes: number
  readonly resolve: (answer: CommandAnswer) => void
  readonly reject: (error: Error) => void
}

export interface BatchLimits {
  readonly maxCommands: number
  /** Sum over the batch of what `weigh` says of each command. */
  readonly maxWeight: number
  readonly maxBytes: number
}

/**
 * Commands in the order they came. A batch takes from the front what shares no key with a batch in
 * flight; what has to stay holds back everything behind it that shares a key with it, so that two
 * commands on one account are never turned round.
 */
export class BatchQueue {
  readonly #maxLength: number
  #waiting: WaitingCommand[] = []

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get length(): number {
    return this.#waiting.length
  }

  /** Throws QUEUE_FULL. */
  add(command: WaitingCommand): void {
    if (this.#waiting.length >= this.#maxLength) throw new LedgerError('QUEUE_FULL')
    this.#waiting.push(command)
  }

  /** Takes the next batch; empty when everything that waits is held back. */
  take(
    limits: BatchLimits,
    isInFlight: (key: string) => boolean,
    weigh: (command: WaitingCommand) => number,
  ): WaitingCommand[] {
    const batch: WaitingCommand[] = []
    const rest: WaitingCommand[] = []
    const held = new Set<string>()
    let weight = 0
    let bytes = 0
    for (const [index, command] of this.#waiting.entries()) {
      if (batch.length >= limits.maxCommands) {
        rest.push(...this.#waiting.slice(index))
        break
      }
      const isFree =
        (batch[0]?.identity ?? command.identity) === command.identity &&
        !command.keys.some((key) => isInFlight(key) || held.has(key))
      const commandWeight = isFree ? weigh(command) : 0
      const fits =
        batch.length === 0 ||
        (weight + commandWeight <= limits.maxWeight && bytes + command.bytes <= limits.maxBytes)
      if (isFree && fits) {
        weight += commandWeight
        bytes += command.bytes
        batch.push(command)
      } else {
        for (const key of command.keys) held.add(key)
        rest.push(command)
      }
    }
    this.#waiting = rest
    return batch
  }

  /** Takes out everything, for shutting down. */
  drain(): WaitingCommand[] {
    const all = this.#waiting
    this.#waiting = []
    return all
  }
}
