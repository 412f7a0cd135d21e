import { randomUUID } from 'node:crypto'
import type { Outcome, SignedCommand } from '../ledger/index.ts'
import { LedgerError, organisationOf } from '../ledger/index.ts'
import type { CommandName, KeptEnvelope } from './fabric/envelope-store.ts'
import type { EndorsedBatch } from './fabric/submit-batch.ts'
import type { OwnEnvelope } from './own-commands.ts'
import { ownCommand } from './own-commands.ts'

export interface FencePorts {
  readonly organisation: string
  readonly envelope: () => OwnEnvelope
  readonly endorse: (commands: readonly SignedCommand[]) => Promise<EndorsedBatch>
}

/**
 * Voids what a kept transaction holds of this organisation's commands. They were read as absent by
 * that transaction, so that with one of them it becomes invalid as a whole, if it still comes.
 * Resolves once that is committed, or the ledger says that all have an outcome already.
 */
export function fenceWith(ports: FencePorts): (kept: KeptEnvelope) => Promise<void> {
  return async ({ commands }) => {
    const own = commands.filter((name) => isOwn(name, ports.organisation))
    if (own.length === 0) return
    if (ports.envelope().ledgerId === '') {
      throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'reading' })
    }
    const fences = own.map(({ actor, id }) => ownCommand('VoidCommand', { actor, id }, ports))
    const endorsed = await ports.endorse(fences)
    if (endorsed.outcomes.every(isSettled)) return
    const refused = endorsed.outcomes.find(
      (outcome) => outcome.status === 'refused' && !isSettled(outcome),
    )
    if (refused?.status === 'refused') throw new LedgerError(refused.code, refused.detail)
    await endorsed.commit()
  }
}

/** The command has an outcome, or was voided by an earlier attempt. */
function isSettled(outcome: Outcome): boolean {
  return outcome.status === 'refused' && outcome.code === 'COMMAND_SETTLED'
}

/**
 * A command by which a batch can be fenced that holds none of this organisation's: it voids an id
 * that nobody uses, and only together with the batch. Empty when the batch needs none.
 */
export function pinFor(
  batch: readonly CommandName[],
  ports: Pick<FencePorts, 'organisation' | 'envelope'>,
): SignedCommand[] {
  const { organisation } = ports
  if (batch.some((name) => isOwn(name, organisation)) || ports.envelope().ledgerId === '') return []
  return [ownCommand('VoidCommand', { actor: organisation, id: randomUUID() }, ports)]
}

function isOwn({ actor }: CommandName, organisation: string): boolean {
  return organisationOf(actor) === organisation
}
