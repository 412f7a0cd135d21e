import type { Consortium, OrderingType, Party } from '../consortium-file.ts'

/** An orderer of the network and where it listens. */
export interface OrdererNode {
  readonly kind: 'orderer'
  readonly name: string
  readonly owner: Party
  /** The host in its certificates; it is reached by `localhost`. */
  readonly host: string
  readonly port: number
  readonly adminPort: number
  readonly operationsPort: number
}

/** A peer of the network and where it listens. */
export interface PeerNode {
  readonly kind: 'peer'
  readonly name: string
  readonly owner: Party
  readonly host: string
  readonly port: number
  readonly chaincodePort: number
  readonly operationsPort: number
}

/** Everything that follows from the consortium's file, a data folder and a base port. */
export interface Topology {
  readonly consortium: Consortium
  readonly ordering: OrderingType
  /** Holds everything of the network; nothing else may be kept there. */
  readonly folder: string
  readonly parties: readonly Party[]
  readonly orderers: readonly OrdererNode[]
  readonly peers: readonly PeerNode[]
}

export interface TopologyOptions {
  readonly consortium: Consortium
  readonly ordering: OrderingType
  readonly basePort: number
  readonly folder: string
}

const PORTS_PER_NODE = 5
const FIRST_PEER = 100
const FIRST_CHAINCODE = 200

/** Derives names, hosts and ports of all nodes. */
export function topologyOf({ consortium, ordering, basePort, folder }: TopologyOptions): Topology {
  const parties = [...consortium.organisations, consortium.operator]
  const runners = consortium.ordering[ordering]
  const orderers = runners.map((id, index): OrdererNode => {
    const owner = parties.find((party) => party.id === id) ?? consortium.operator
    const ordinal = runners.slice(0, index).filter((other) => other === id).length
    const port = basePort + index * PORTS_PER_NODE
    return {
      kind: 'orderer',
      name: `${id}-orderer${String(ordinal)}`,
      owner,
      host: `orderer${String(ordinal)}.${owner.domain}`,
      port,
      adminPort: port + 1,
      operationsPort: port + 2,
    }
  })
  const places = consortium.organisations.flatMap((owner) =>
    Array.from({ length: owner.peers ?? 1 }, (_, ordinal) => ({ owner, ordinal })),
  )
  const peers = places.map(({ owner, ordinal }, index): PeerNode => {
    const port = basePort + FIRST_PEER + index * PORTS_PER_NODE
    return {
      kind: 'peer',
      name: `${owner.id}-peer${String(ordinal)}`,
      owner,
      host: `peer${String(ordinal)}.${owner.domain}`,
      port,
      chaincodePort: port + 1,
      operationsPort: port + 2,
    }
  })
  return { consortium, ordering, folder, parties, orderers, peers }
}

/** Where an organisation's chaincode server listens. Two in turn, so that an upgrade can overlap. */
export function chaincodePort(topology: Topology, organisation: string, sequence: number): number {
  const index = topology.consortium.organisations.findIndex(({ id }) => id === organisation)
  const first = (topology.peers[0]?.port ?? 0) - FIRST_PEER + FIRST_CHAINCODE
  return first + index * 2 + (sequence % 2)
}

/** Peers of one organisation. */
export function peersOf(topology: Topology, organisation: string): readonly PeerNode[] {
  return topology.peers.filter(({ owner }) => owner.id === organisation)
}

/** Every port on which a node listens; those of chaincode servers depend on the sequence. */
export function nodePorts({ orderers, peers }: Topology): readonly number[] {
  return [
    ...orderers.flatMap((node) => [node.port, node.adminPort, node.operationsPort]),
    ...peers.flatMap((node) => [node.port, node.chaincodePort, node.operationsPort]),
  ]
}
