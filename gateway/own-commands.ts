import { randomUUID } from 'node:crypto'
import type { SignedCommand } from '../ledger/index.ts'
import { addDays } from '../ledger/index.ts'
import type { Projection } from './projection/projection.ts'

/** A command that the gateway gives itself is sent at once; it need not be valid for long. */
const OWN_COMMAND_DAYS = 7

/** The parts of a command that the gateway gives itself. The id is empty before there is a ledger. */
export type OwnEnvelope = Pick<SignedCommand['command'], 'channel' | 'ledgerId' | 'notAfter'>

/** For which ledger, and until when, a command of the gateway's own is meant. */
export function ownEnvelope(channel: string, projection: Projection): OwnEnvelope {
  const ledger = projection.ledger()
  if (ledger === undefined) return { channel, ledgerId: '', notAfter: '' }
  const notAfter = addDays(ledger.cycle.date, OWN_COMMAND_DAYS)
  return { channel, ledgerId: ledger.ledgerId, notAfter }
}

/** A command of the gateway's own organisation, for which its Fabric identity stands. */
export function ownCommand(
  type: string,
  body: SignedCommand['command']['body'],
  ports: { readonly organisation: string; readonly envelope: () => OwnEnvelope },
): SignedCommand {
  const { organisation: actor } = ports
  return {
    command: { v: 1, id: randomUUID(), type, actor, ...ports.envelope(), body },
    proofs: [],
  }
}
