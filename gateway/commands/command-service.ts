import { setTimeout as delay } from 'node:timers/promises'
import type { Account, Outcome, ShapedCommand } from '../../ledger/index.ts'
import {
  contentText,
  debitsOf,
  homeOf,
  isOrganisation,
  LedgerError,
  malformedOutcome,
  payersOf,
  shapeCommand,
} from '../../ledger/index.ts'
import type { CommandOrigin } from '../batching/batcher.ts'
import type { Access } from '../gateway-app.ts'
import type { StoredOutcome } from '../projection/projection.ts'
import type { CommandAnswer } from './command-answer.ts'

/** What the service needs of the gateway around it. */
export interface CommandPorts {
  readonly organisation: string
  readonly sha256: (text: string) => string
  readonly outcome: (actor: string, id: string) => StoredOutcome | undefined
  readonly account: (id: string) => Account | undefined
  readonly submit: (shaped: ShapedCommand, origin: CommandOrigin) => Promise<CommandAnswer>
  /** Whether the projection knows all credits that a debit has to name. */
  readonly isCaughtUp: () => boolean
  /** Passes a command to another organisation's gateway; undefined where there is none. */
  readonly forwarder: (
    organisation: string,
  ) => ((shaped: ShapedCommand) => Promise<CommandAnswer>) | undefined
}

/** How a command came in. */
export interface CommandCall {
  readonly access: Access
  readonly isForwarded: boolean
  /** Who sent it, for taking turns with others. */
  readonly client: string
  /** Of the request; a command that carries its own keeps that. */
  readonly traceparent: string
  /** The size of the command's text, when it is known. */
  readonly bytes?: number
}

/** A transaction carries hundreds of commands; one may be so large. */
const MAX_COMMAND_BYTES = 64 * 1024

const POLL_MS = 50
const POLLS = 100

/** Takes signed commands to an outcome: known already, in the home gateway, or in a transaction. */
export class CommandService {
  readonly #ports: CommandPorts

  constructor(ports: CommandPorts) {
    this.#ports = ports
  }

  /**
   * The outcome of a command, first or replayed. Refusals of the ledger are outcomes; rejects with
   * FORBIDDEN, TOO_LARGE, QUEUE_FULL, LEDGER_UNAVAILABLE or OUTCOME_UNKNOWN.
   */
  async submit(value: unknown, call: CommandCall): Promise<CommandAnswer> {
    const shape = shapeCommand(value)
    if (!shape.ok) return malformedOutcome(value, shape.detail)
    const shaped = withTrace(shape.shaped, call.traceparent)
    const { command } = shaped
    const bytes = call.bytes ?? JSON.stringify(value).length
    if (bytes > MAX_COMMAND_BYTES) {
      throw new LedgerError('TOO_LARGE', { maxBytes: String(MAX_COMMAND_BYTES) })
    }
    const origin: CommandOrigin = { identity: 'client', client: call.client, bytes }
    const stored = this.#ports.outcome(command.actor, command.id)
    if (stored !== undefined) return this.#replay(shaped, stored)
    if (isOrganisation(command.actor)) {
      if (call.access !== 'admin') throw new LedgerError('FORBIDDEN', { needs: 'admin' })
      return await this.#submitHere(shaped, { ...origin, identity: 'admin' })
    }
    const home = call.isForwarded ? undefined : this.#foreignHome(shaped)
    const forward = home === undefined ? undefined : this.#ports.forwarder(home)
    if (forward === undefined) return await this.#submitHere(shaped, origin)
    return await this.#forward(shaped, origin, forward)
  }

  /** The answer to a command whose outcome is recorded; undefined when none is. */
  recorded(actor: string, id: string): CommandAnswer | undefined {
    const stored = this.#ports.outcome(actor, id)
    return stored === undefined ? undefined : answerOf(actor, id, stored)
  }

  async #submitHere(shaped: ShapedCommand, origin: CommandOrigin): Promise<CommandAnswer> {
    // A debit names the credits that it folds: one that is unknown here could refuse it for good.
    if (debitsOf(shaped).length > 0 && !this.#ports.isCaughtUp()) {
      throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'catching up' })
    }
    const answer = await this.#ports.submit(shaped, origin)
    if (!answer.replayed || answer.transactionId !== undefined) return answer
    return await this.#placed(answer)
  }

  /** Another gateway was first: where its outcome stands, the projection knows as soon as it is there. */
  async #placed(answer: CommandAnswer): Promise<CommandAnswer> {
    for (let poll = 0; poll < POLLS; poll += 1) {
      const recorded = this.recorded(answer.actor, answer.id)
      if (recorded !== undefined) return recorded
      await delay(POLL_MS)
    }
    return answer
  }

  /** If the home gateway is down this one may submit: versions keep it right. */
  async #forward(
    shaped: ShapedCommand,
    origin: CommandOrigin,
    forward: (shaped: ShapedCommand) => Promise<CommandAnswer>,
  ): Promise<CommandAnswer> {
    try {
      return await forward(shaped)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'HOME_UNAVAILABLE') throw error
      return await this.#submitHere(shaped, origin)
    }
  }

  /** The organisation that must submit the command, or keeps an account that gives, when another. */
  #foreignHome(shaped: ShapedCommand): string | undefined {
    const named = homeOf(shaped)
    if (named !== undefined) return named === this.#ports.organisation ? undefined : named
    for (const account of payersOf(shaped)) {
      const home = this.#ports.account(account)?.home
      if (home !== undefined && home !== this.#ports.organisation) return home
    }
    return undefined
  }

  #replay({ command }: ShapedCommand, stored: StoredOutcome): CommandAnswer {
    const { actor, id } = command
    if (stored.status === 'voided') return answerOf(actor, id, stored)
    if (stored.hash === this.#ports.sha256(contentText(command))) {
      return answerOf(actor, id, stored)
    }
    return refusal(actor, id, 'COMMAND_ID_REUSED')
  }
}

function withTrace(shaped: ShapedCommand, traceparent: string): ShapedCommand {
  return shaped.traceparent === undefined ? { ...shaped, traceparent } : shaped
}

function refusal(actor: string, id: string, code: 'COMMAND_VOIDED' | 'COMMAND_ID_REUSED'): Outcome {
  return { status: 'refused', actor, id, replayed: false, code, detail: { id } }
}

function answerOf(actor: string, id: string, stored: StoredOutcome): CommandAnswer {
  if (stored.status === 'voided') return refusal(actor, id, 'COMMAND_VOIDED')
  const { hash: _hash, blockNumber, ...outcome } = stored
  return { ...outcome, actor, id, replayed: true, blockNumber: String(blockNumber) }
}
