import type { Account, Outcome, ShapedCommand } from '../../ledger/index.ts'
import {
  contentText,
  debitsOf,
  isOrganisation,
  LedgerError,
  malformedOutcome,
  shapeCommand,
} from '../../ledger/index.ts'
import type { SubmitterIdentity } from '../fabric/fabric-connection.ts'
import type { Access } from '../gateway-app.ts'
import type { StoredOutcome } from '../projection/projection.ts'
import type { CommandAnswer } from './command-answer.ts'

/** What the service needs of the gateway around it. */
export interface CommandPorts {
  readonly organisation: string
  readonly sha256: (text: string) => string
  readonly outcome: (actor: string, id: string) => StoredOutcome | undefined
  readonly account: (id: string) => Account | undefined
  readonly submit: (shaped: ShapedCommand, identity: SubmitterIdentity) => Promise<CommandAnswer>
  /** Passes a command to another organisation's gateway; undefined where there is none. */
  readonly forwarder: (
    organisation: string,
  ) => ((shaped: ShapedCommand) => Promise<CommandAnswer>) | undefined
}

/** How a command came in. */
export interface CommandCall {
  readonly access: Access
  readonly isForwarded: boolean
  /** Of the request; a command that carries its own keeps that. */
  readonly traceparent?: string
}

/** Takes signed commands to an outcome: known already, in the home gateway, or in a transaction. */
export class CommandService {
  readonly #ports: CommandPorts

  constructor(ports: CommandPorts) {
    this.#ports = ports
  }

  /**
   * The outcome of a command, first or replayed. Refusals of the ledger are outcomes; rejects with
   * FORBIDDEN, QUEUE_FULL, HOME_UNAVAILABLE, LEDGER_UNAVAILABLE or OUTCOME_UNKNOWN.
   */
  async submit(value: unknown, call: CommandCall): Promise<CommandAnswer> {
    const shape = shapeCommand(value)
    if (!shape.ok) return malformedOutcome(value, shape.detail)
    const shaped = withTrace(shape.shaped, call.traceparent)
    const { command } = shaped
    const stored = this.#ports.outcome(command.actor, command.id)
    if (stored !== undefined) return this.#replay(shaped, stored)
    if (isOrganisation(command.actor)) {
      if (call.access !== 'admin') throw new LedgerError('FORBIDDEN', { needs: 'admin' })
      return await this.#submitHere(shaped, 'admin')
    }
    const home = call.isForwarded ? undefined : this.#foreignHome(shaped)
    const forward = home === undefined ? undefined : this.#ports.forwarder(home)
    if (forward === undefined) return await this.#submitHere(shaped, 'client')
    return await this.#forward(shaped, forward)
  }

  /** The answer to a command whose outcome is recorded; undefined when none is. */
  recorded(actor: string, id: string): CommandAnswer | undefined {
    const stored = this.#ports.outcome(actor, id)
    return stored === undefined ? undefined : answerOf(actor, id, stored)
  }

  async #submitHere(shaped: ShapedCommand, identity: SubmitterIdentity): Promise<CommandAnswer> {
    const answer = await this.#ports.submit(shaped, identity)
    if (!answer.replayed || answer.transactionId !== undefined) return answer
    // Another gateway may have been first; where it stands, the projection knows by now or later.
    return this.recorded(answer.actor, answer.id) ?? answer
  }

  /** If the home gateway is down this one may submit: versions keep it right. */
  async #forward(
    shaped: ShapedCommand,
    forward: (shaped: ShapedCommand) => Promise<CommandAnswer>,
  ): Promise<CommandAnswer> {
    try {
      return await forward(shaped)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'HOME_UNAVAILABLE') throw error
      return await this.#submitHere(shaped, 'client')
    }
  }

  /** The organisation that keeps the account which is debited, when it is another. */
  #foreignHome(shaped: ShapedCommand): string | undefined {
    for (const { account } of debitsOf(shaped)) {
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

function withTrace(shaped: ShapedCommand, traceparent: string | undefined): ShapedCommand {
  if (traceparent === undefined || shaped.traceparent !== undefined) return shaped
  return { ...shaped, traceparent }
}

function refusal(actor: string, id: string, code: 'COMMAND_VOIDED' | 'COMMAND_ID_REUSED'): Outcome {
  return { status: 'refused', actor, id, replayed: false, code, detail: { id } }
}

function answerOf(actor: string, id: string, stored: StoredOutcome): CommandAnswer {
  if (stored.status === 'voided') return refusal(actor, id, 'COMMAND_VOIDED')
  const { hash: _hash, blockNumber, ...outcome } = stored
  return { ...outcome, actor, id, replayed: true, blockNumber: String(blockNumber) }
}
