import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readGatewaysFile } from '../gateways-file.ts'
import { findBinaries } from './binaries.ts'
import { gatewayName } from './gateway-node.ts'
import { isCommandFailure } from './network-failure.ts'
import { metricsOf } from './operations.ts'
import type { CommittedDefinition } from './peer-admin.ts'
import { peerAdmin } from './peer-admin.ts'
import type { ProcessStatus } from './process-spec.ts'
import { supervisorStatus } from './supervisor-client.ts'
import type { Topology } from './topology.ts'

const READY_LIMIT_MS = 2_000

export interface NodeStatus extends ProcessStatus {
  /** Blocks that the node has. */
  readonly height?: number
  /** Blocks that the node has less than the one that has most. */
  readonly lag?: number
  readonly isLeader?: boolean
  /** Whether a gateway follows the ledger. */
  readonly isReady?: boolean
  readonly memoryBytes?: number
}

export interface NetworkStatus {
  readonly channel: string
  readonly ordering: Topology['ordering']
  readonly isUp: boolean
  readonly supervisorPid?: number
  readonly nodes: readonly NodeStatus[]
  readonly chaincode?: CommittedDefinition
  /** Of all nodes together. */
  readonly memoryBytes: number
}

/** Asks the supervisor and every node how they are. What does not answer is left out. */
export async function networkStatus(topology: Topology): Promise<NetworkStatus> {
  const { ordering, consortium, folder } = topology
  const supervisor = await supervisorStatus(folder)
  const measured = await Promise.all(
    (supervisor?.processes ?? []).map(async (process) => await measure(topology, process)),
  )
  const highest = Math.max(0, ...measured.map(({ height }) => height ?? 0))
  const nodes = measured.map((node): NodeStatus =>
    node.height === undefined ? node : { ...node, lag: highest - node.height },
  )
  const chaincode = supervisor === undefined ? undefined : await committed(topology)
  return {
    channel: consortium.channel,
    ordering,
    isUp: supervisor !== undefined,
    ...(supervisor && { supervisorPid: supervisor.pid }),
    nodes,
    ...(chaincode && { chaincode }),
    memoryBytes: nodes.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0),
  }
}

async function measure(topology: Topology, process: ProcessStatus): Promise<NodeStatus> {
  const memoryBytes = process.pid === undefined ? undefined : residentBytes(process.pid)
  const measured = { ...process, ...(memoryBytes !== undefined && { memoryBytes }) }
  if (process.kind === 'gateway') return { ...measured, ...(await gatewayState(topology, process)) }
  const all = [...topology.orderers, ...topology.peers]
  const node = all.find(({ name }) => name === process.name)
  if (node === undefined || process.pid === undefined) return measured
  const metrics = await metricsOf(node)
  const labels = `{channel="${topology.consortium.channel}"}`
  const height = metrics.get(`ledger_blockchain_height${labels}`)
  const isLeader =
    metrics.get(`consensus_etcdraft_is_leader${labels}`) === 1 ||
    metrics.get(`consensus_smartbft_view_leader_id${labels}`) === consenterId(topology, node.name)
  return {
    ...measured,
    ...(height !== undefined && { height }),
    ...(process.kind === 'orderer' && { isLeader }),
  }
}

async function gatewayState(
  { folder }: Topology,
  { name, pid }: ProcessStatus,
): Promise<Pick<NodeStatus, 'isReady'>> {
  const addresses = readGatewaysFile(dirname(folder))?.gateways ?? []
  const own = addresses.find(({ organisation }) => gatewayName(organisation) === name)
  if (own === undefined || pid === undefined) return { isReady: false }
  const signal = AbortSignal.timeout(READY_LIMIT_MS)
  const response = await fetch(`${own.url}/ready`, { signal }).catch(() => undefined)
  return { isReady: response?.ok === true }
}

/** By which number the orderers know each other: their places in the channel's configuration. */
function consenterId({ orderers }: Topology, nodeName: string): number {
  return orderers.findIndex(({ name }) => name === nodeName) + 1
}

/** Undefined where the system does not tell. */
function residentBytes(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}

async function committed(topology: Topology): Promise<CommittedDefinition | undefined> {
  const admin = peerAdmin(topology, await findBinaries(() => {}))
  for (const peer of topology.peers) {
    try {
      return await admin.committed(peer)
    } catch (error) {
      if (!isCommandFailure(error)) throw error
    }
  }
  return undefined
}
