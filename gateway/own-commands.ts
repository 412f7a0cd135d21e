import { randomUUID } from 'node:crypto'
import type { ShapedCommand } from '../ledger/index.ts'
import { addDays, organisationOf, shapeCommand } from '../ledger/index.ts'
import type { BatchPorts } from './batching/batch-runner.ts'
import type { KeptEnvelope } from './fabric/envelope-store.ts'
import type { Projection } from './projection/projection.ts'

/** A command that the gateway gives itself is sent at once; it need not be valid for long. */
const OWN_COMMAND_DAYS = 7

/** The parts of a command that the gateway gives itself. */
type OwnEnvelope = ReturnType<BatchPorts['envelope']>

/** For which ledger, and until when, a command of the gateway's own is meant. */
export function ownEnvelope(channel: string, projection: Projection): OwnEnvelope {
  const ledger = projection.ledger()
  const notAfter = addDays(ledger?.cycle.date ?? '', OWN_COMMAND_DAYS)
  return { channel, ledgerId: ledger?.ledgerId ?? '', notAfter }
}

/** Voids the commands of this organisation's people; for others' their own home must speak. */
export function fenceWith(
  organisation: string,
  envelope: () => OwnEnvelope,
  submit: (shaped: ShapedCommand) => Promise<unknown>,
): (kept: KeptEnvelope) => Promise<void> {
  return async ({ commands }) => {
    const own = commands.filter(({ actor }) => organisationOf(actor) === organisation)
    await Promise.all(
      own.map(async (body) => {
        const command = { v: 1, id: randomUUID(), type: 'VoidCommand', actor: organisation, body }
        const shape = shapeCommand({ command: { ...command, ...envelope() }, proofs: [] })
        if (shape.ok) await submit(shape.shaped)
      }),
    )
  }
}
