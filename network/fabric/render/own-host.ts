import { join, resolve } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Organisation, Party } from '../../consortium-file.ts'
import { ConsortiumShape } from '../../consortium-file.ts'
import type { FabricBinaries } from '../binaries.ts'
import { NetworkFailure } from '../network-failure.ts'
import { readJson, writeJson } from '../network-files.ts'
import { ordererProcess } from '../orderer-node.ts'
import { peerProcess } from '../peer-node.ts'
import type { ProcessSpec } from '../process-spec.ts'
import type { OrdererNode, Topology } from '../topology.ts'
import { topologyOf } from '../topology.ts'

const HostShape = Type.Object({
  organisation: Type.String(),
  prefix: Type.String(),
  ordering: Type.Union([Type.Literal('bft'), Type.Literal('raft')]),
  basePort: Type.Integer(),
  consortium: ConsortiumShape,
})

/** What a party's own folder was rendered for; kept there as host.json. */
export type HostSettings = Type.Static<typeof HostShape>

/** One party's nodes as they run on its own hosts, everything under one folder there. */
export interface OwnHost {
  readonly topology: Topology
  readonly party: Party
  /** The party when it is a member of the channel, and not only an orderer's operator. */
  readonly member: Organisation | undefined
}

/** Where the folder is on the target host is where its files say that it is. */
export function ownHost({ organisation, prefix, ...options }: HostSettings): OwnHost {
  const topology = topologyOf({ ...options, folder: prefix, placement: 'hosts' })
  const party = topology.parties.find(
    ({ id, name }) => id === organisation || name === organisation,
  )
  if (party === undefined) {
    const known = topology.parties.map(({ id }) => id).join(', ')
    throw new NetworkFailure(
      'UNFIT_ORGANISATION',
      `There is no ${organisation}; there are ${known}.`,
    )
  }
  const member = topology.consortium.organisations.find(({ id }) => id === party.id)
  return { topology, party, member }
}

export function writeHostSettings(folder: string, settings: HostSettings): void {
  writeJson(join(folder, 'host.json'), settings)
}

/** The folder's settings, wherever it was moved to. Throws NOT_UP when it is no such folder. */
export function readHostSettings(folder: string): HostSettings {
  const found = readJson(join(folder, 'host.json'))
  if (!Value.Check(HostShape, found)) {
    throw new NetworkFailure('NOT_UP', `${folder} was not made by: npm run network -- render`)
  }
  return { ...found, prefix: resolve(folder) }
}

/** Fabric's programs on the host. */
export function hostBinaries({ topology }: OwnHost): FabricBinaries {
  const folder = join(topology.folder, 'bin')
  return { folder, path: (program) => join(folder, program) }
}

/** Node 24, as the application brings it. */
export function hostNode({ topology }: OwnHost): string {
  return join(topology.folder, 'app', 'node_modules', '.bin', 'node')
}

/** The party's orderers. */
export function ownOrderers({ topology, party }: OwnHost): readonly OrdererNode[] {
  return topology.orderers.filter(({ owner }) => owner.id === party.id)
}

/** The party's orderers and peers, started as the supervisor of a local network does. */
export function ownNodes(host: OwnHost): readonly ProcessSpec[] {
  const { topology, party } = host
  const binaries = hostBinaries(host)
  return [
    ...ownOrderers(host).map((node) => ordererProcess(topology, node, binaries)),
    ...topology.peers
      .filter(({ owner }) => owner.id === party.id)
      .map((node) => peerProcess(topology, node, binaries)),
  ]
}
