import { createHash } from 'node:crypto'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { common } from '@hyperledger/fabric-protos'
import { NetworkFailure } from './network-failure.ts'
import { metricsOf } from './operations.ts'
import { connectPeer } from './peer-connection.ts'
import { profileAt } from './profiles.ts'
import type { PeerNode, Topology } from './topology.ts'

export interface LedgerComparison {
  /** Blocks that were compared: as many as every peer has. */
  readonly blocks: number
  readonly peers: number
  /** A line for each block on which a peer differs from the first one. */
  readonly differences: readonly string[]
}

/**
 * Reads every block from every peer and compares its bytes and the peer's commit hash, which
 * covers validation codes and writes of this block and all before it. Throws NOT_UP.
 */
export async function verifyLedgers(topology: Topology): Promise<LedgerComparison> {
  const { peers } = topology
  const labels = `{channel="${topology.consortium.channel}"}`
  const heights = await Promise.all(
    peers.map(async (peer) => (await metricsOf(peer)).get(`ledger_blockchain_height${labels}`)),
  )
  const silent = peers.filter((_, index) => heights[index] === undefined)
  if (silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ')
    throw new NetworkFailure('NOT_UP', `No answer from ${names}; all peers have to be up.`)
  }
  const blocks = Math.min(...heights.map((height) => height ?? 0))
  const fingerprints = await Promise.all(
    peers.map(async (peer) => await readFingerprints(topology, peer, blocks)),
  )
  return { blocks, peers: peers.length, differences: compare(peers, fingerprints) }
}

function compare(
  peers: readonly PeerNode[],
  fingerprints: readonly (readonly string[])[],
): readonly string[] {
  const [reference = [], ...others] = fingerprints
  return others.flatMap((blocks, index) =>
    reference.flatMap((fingerprint, number) =>
      blocks[number] === fingerprint
        ? []
        : [`block ${String(number)}: ${peers[index + 1]?.name ?? ''} and ${peers[0]?.name ?? ''}`],
    ),
  )
}

async function readFingerprints(
  topology: Topology,
  peer: PeerNode,
  count: number,
): Promise<string[]> {
  const { network, close } = connectPeer(profileAt(topology, peer))
  const fingerprints: string[] = []
  try {
    const blocks = await network.getBlockEvents({ startBlock: 0n })
    try {
      for await (const block of blocks) {
        if (fingerprints.push(fingerprintOf(block)) === count) break
      }
    } finally {
      // An open stream would keep the process alive.
      blocks.close()
    }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    throw new NetworkFailure('NOT_UP', `${peer.name}: ${error.message}`)
  } finally {
    close()
  }
  return fingerprints
}

/** Signatures are left out: peers may hold those of different orderers. */
function fingerprintOf(block: common.Block): string {
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? []
  const hash = createHash('sha256')
  for (const part of [
    block.getHeader()?.serializeBinary(),
    block.getData()?.serializeBinary(),
    metadata[common.BlockMetadataIndex.TRANSACTIONS_FILTER],
    metadata[common.BlockMetadataIndex.COMMIT_HASH],
  ]) {
    hash.update(`${String(part?.length ?? 0)}:`).update(part ?? new Uint8Array())
  }
  return hash.digest('hex')
}
