import type { Consortium, OrderingType, Party } from '../consortium-file.ts'

/** An orderer of the network and where it listens. */
export interface OrdererNode {
  readonly kind: 'orderer'
  readonly name: string
  readonly owner: Party
  /** The host in its certificates. */
  readonly host: string
  /** The host by which it is reached, in its certificates too. */
  readonly address: string
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
  readonly address: string
  readonly port: number
  readonly chaincodePort: number
  readonly operationsPort: number
}

/** Whether all nodes are on this machine, or each on the host that the consortium's file names. */
export type Placement = 'loopback' | 'hosts'

/** Everything that follows from the consortium's file, a data folder and a base port. */
export interface Topology {
  readonly consortium: Consortium
  readonly ordering: OrderingType
  readonly basePort: number
  /** Holds everything of the network; nothing else may be kept there. */
  readonly folder: string
  readonly placement: Placement
  readonly parties: readonly Party[]
  readonly orderers: readonly OrdererNode[]
  readonly peers: readonly PeerNode[]
}

export interface TopologyOptions {
  readonly consortium: Consortium
  readonly ordering: OrderingType
  readonly basePort: number
  readonly folder: string
  /** `loopback` unless given. */
  readonly placement?: Placement
}

const LOOPBACK_NAME = 'localhost'
const PORTS_PER_NODE = 5
const FIRST_PEER = 100
const FIRST_CHAINCODE = 200
const FIRST_GATEWAY = 250
const FIRST_AUTHORITY = 300

/** Derives names, hosts and ports of all nodes. */
export function topologyOf(options: TopologyOptions): Topology {
  const { consortium, ordering, basePort, folder, placement = 'loopback' } = options
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
      address: addressOf(placement, owner, `orderer${String(ordinal)}`),
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
      address: addressOf(placement, owner, `peer${String(ordinal)}`),
      port,
      chaincodePort: port + 1,
      operationsPort: port + 2,
    }
  })
  return { consortium, ordering, basePort, folder, placement, parties, orderers, peers }
}

function addressOf(placement: Placement, { hosts }: Party, node: string): string {
  return (placement === 'hosts' ? hosts?.[node] : undefined) ?? LOOPBACK_NAME
}

/** The host by which an organisation's chaincode server or gateway is reached. */
export function serviceAddress(
  { placement }: Topology,
  party: Party,
  service: 'chaincode' | 'gateway',
): string {
  return addressOf(placement, party, service)
}

/** Where a server listens that is reached by this host: beyond the machine only if it has to. */
export function listenAddress(address: string): string {
  return address === LOOPBACK_NAME ? '127.0.0.1' : '0.0.0.0'
}

/** Where an organisation's chaincode server listens. Two in turn, so that an upgrade can overlap. */
export function chaincodePort(topology: Topology, organisation: string, sequence: number): number {
  const place = placeOf(topology, organisation)
  return topology.basePort + FIRST_CHAINCODE + place * 2 + (sequence % 2)
}

/** Where an organisation's gateway listens on its own host. */
export function ownGatewayPort(topology: Topology, organisation: string): number {
  return topology.basePort + FIRST_GATEWAY + placeOf(topology, organisation)
}

/** Where a party's CA server listens; its metrics are on the next port. */
export function authorityPort({ basePort, consortium }: Topology, party: string): number {
  // The operator first: its port stays when organisations are added.
  const ids = [consortium.operator.id, ...consortium.organisations.map(({ id }) => id)]
  return basePort + FIRST_AUTHORITY + ids.indexOf(party) * 2
}

function placeOf({ consortium }: Topology, organisation: string): number {
  return consortium.organisations.findIndex(({ id }) => id === organisation)
}

/** Peers of one organisation. */
export function peersOf(topology: Topology, organisation: string): readonly PeerNode[] {
  return topology.peers.filter(({ owner }) => owner.id === organisation)
}

/** Every port on which a node listens; those of chaincode servers depend on the sequence. */
export function nodePorts(topology: Topology): readonly number[] {
  const { orderers, peers, parties, consortium } = topology
  const authorities = consortium.ca === 'fabric-ca' ? parties : []
  return [
    ...orderers.flatMap((node) => [node.port, node.adminPort, node.operationsPort]),
    ...peers.flatMap((node) => [node.port, node.chaincodePort, node.operationsPort]),
    ...authorities.flatMap(({ id }) => {
      const port = authorityPort(topology, id)
      return [port, port + 1]
    }),
  ]
}
