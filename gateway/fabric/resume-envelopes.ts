import type { BlockFollower } from './block-follower.ts'
import type { EnvelopeStore, KeptEnvelope } from './envelope-store.ts'
import type { FabricConnection } from './fabric-connection.ts'

export interface ResumePorts {
  readonly connection: Pick<FabricConnection, 'submitters'>
  readonly follower: Pick<BlockFollower, 'block' | 'transaction'>
  readonly envelopes: EnvelopeStore
  /** Fences the commands of a transaction that never came, so that it never will. */
  readonly fence: (envelope: KeptEnvelope) => Promise<void>
  /** How long a transaction may take to come before its commands are fenced. */
  readonly waitMs: number
  readonly onFault: (error: unknown) => void
}

/**
 * Brings what an earlier run left open to an outcome. The same signed transaction is sent again,
 * which is safe: a ledger takes a transaction id once. What still does not come is fenced; of the
 * transaction and the fence exactly one wins, since both write the records of the same commands.
 */
export async function resumeEnvelopes(ports: ResumePorts): Promise<void> {
  // Blocks that came in the meantime settle what they hold.
  await ports.follower.block(0n)
  await Promise.all(ports.envelopes.all().map((envelope) => resume(envelope, ports)))
}

async function resume(envelope: KeptEnvelope, ports: ResumePorts): Promise<void> {
  const { transactionId, identity, bytes } = envelope
  const { follower, envelopes, connection, fence, waitMs, onFault } = ports
  const submitter = connection.submitters[identity]
  if (submitter === undefined || !envelopes.has(transactionId)) return
  const seen = follower.transaction(transactionId, waitMs)
  try {
    // The ledger may answer that it has it already: then its block is on the way.
    await submitter
      .restore(bytes)
      .submit()
      .catch(() => undefined)
    await seen
  } catch {
    if (!envelopes.has(transactionId)) return
    await fence(envelope).catch(onFault)
    envelopes.settle(transactionId)
  }
}
