import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkFailure } from './network-failure.ts'
import { metricsOf } from './operations.ts'
import type { PeerNode, Topology } from './topology.ts'

const LIMIT_MS = 60_000
const POLL_MS = 100

/**
 * Waits until all peers have the blocks that one of them has now, and at least `blocks` of them.
 * Throws NOT_READY.
 */
export async function caughtUp(topology: Topology, blocks = 0): Promise<void> {
  const deadline = Date.now() + LIMIT_MS
  const heights = async (): Promise<number[]> =>
    await Promise.all(topology.peers.map(async (peer) => await heightOf(topology, peer)))
  const wanted = Math.max(blocks, ...(await heights()))
  for (;;) {
    const now = await heights()
    const behind = topology.peers.filter((_, index) => (now[index] ?? 0) < wanted)
    if (behind.length === 0) return
    if (Date.now() > deadline) {
      const names = behind.map(({ name }) => name).join(', ')
      throw new NetworkFailure('NOT_READY', `${names}: still without block ${String(wanted - 1)}`)
    }
    await sleep(POLL_MS)
  }
}

async function heightOf({ consortium }: Topology, peer: PeerNode): Promise<number> {
  const name = `ledger_blockchain_height{channel="${consortium.channel}"}`
  return (await metricsOf(peer)).get(name) ?? 0
}
