import { setTimeout as delay } from 'node:timers/promises'
import type { Network } from '@hyperledger/fabric-gateway'
import { genesisBlock, nextCommit } from './block-stream.ts'

const QUIET_MS = 300

export interface CatchUpPorts {
  readonly network: Network
  /** The number of the block that is due on the follower's stream, which brings blocks already. */
  readonly height: () => bigint
  /** Aborts when the follower's stream ends. */
  readonly signal: AbortSignal
}

/**
 * Resolves once a follower has every block that the peer had when this was called: when it has the
 * first one that was committed since, or when none has come for a while in which the peer answered
 * another question over the same connection. Deliver does not tell how high a chain is. Throws when
 * the connection breaks or the signal aborts.
 */
export async function caughtUpWith({ network, height, signal }: CatchUpPorts): Promise<void> {
  let next: bigint | undefined
  const learn = async (): Promise<void> => {
    next = await nextCommit(network, signal)
  }
  // Without it the follower waits for quiet; a broken connection shows in the calls below.
  learn().catch(() => undefined)
  for (;;) {
    const before = height()
    await delay(QUIET_MS, undefined, { signal })
    await genesisBlock(network, signal)
    if (height() === before || (next !== undefined && height() > next)) return
  }
}
