import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Value } from 'typebox/value'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { Consortium, OrderingType, Party } from '../consortium-file.ts'
import { PartyShape, readConsortium } from '../consortium-file.ts'
import { admitOrganisation, countAllEndorsements } from './add-organisation.ts'
import type { FabricBinaries } from './binaries.ts'
import { findBinaries } from './binaries.ts'
import type { Bundle } from './chaincode-node.ts'
import { genesisBlock, makeGenesisBlock } from './channel-config.ts'
import { deployChaincode } from './deploy.ts'
import { listening, takenPorts } from './listening.ts'
import { makeMaterial } from './make-material.ts'
import { NetworkFailure } from './network-failure.ts'
import { networkFiles, readJson } from './network-files.ts'
import type { NetworkSettings } from './network-settings.ts'
import { networkFolder, readSettings, settledTopology, writeSettings } from './network-settings.ts'
import { writeNodeConfig } from './node-config.ts'
import { joinOrderer } from './orderer-admin.ts'
import { ordererProcess } from './orderer-node.ts'
import type { Definition } from './peer-admin.ts'
import { peerAdmin } from './peer-admin.ts'
import { peerProcess } from './peer-node.ts'
import type { ProcessSpec } from './process-spec.ts'
import { profileOf } from './profiles.ts'
import { stopSupervisor, supervise, supervisorStatus } from './supervisor-client.ts'
import type { Topology } from './topology.ts'
import { nodePorts } from './topology.ts'

export interface FabricOptions {
  readonly dataDir: string
  /** As the consortium's file says, unless given. */
  readonly orderer?: OrderingType
  /** As the consortium's file says, unless given. */
  readonly basePort?: number
  /** The chaincode to run; built from the sources unless given. */
  readonly bundle?: Bundle
  readonly consortium?: Consortium
  /** Gets a line for everything that takes its time. */
  readonly report?: (line: string) => void
}

/** A network that is up. */
export interface FabricNetwork {
  readonly topology: Topology
  /** For the organisations' gateways, in the order of the consortium's file. */
  readonly profiles: readonly ConnectionProfile[]
  readonly definition: Definition
}

/**
 * Brings up the consortium on Hyperledger Fabric, or what is missing of it, and returns when a
 * transaction can be endorsed and committed. The processes go on when this program ends.
 * Throws NetworkFailure.
 */
export async function upFabric(options: FabricOptions): Promise<FabricNetwork> {
  return await bringUp(options, settle(options))
}

/**
 * Has one more organisation join the running network, with one peer. When this is broken off,
 * the next `upFabric` completes it. Throws NetworkFailure.
 */
export async function addOrganisation(
  options: FabricOptions,
  newcomer: Party,
): Promise<FabricNetwork> {
  const { dataDir } = options
  const settings = readSettings(dataDir)
  if (settings === undefined || (await supervisorStatus(networkFolder(dataDir))) === undefined) {
    throw new NetworkFailure('NOT_UP', 'The network is down. Bring it up: npm run network -- up')
  }
  const { parties } = settledTopology(dataDir, settings)
  if (!Value.Check(PartyShape, newcomer)) {
    const [problem] = Value.Errors(PartyShape, newcomer)
    const message = `${problem?.instancePath.slice(1) ?? ''} ${problem?.message ?? ''}`
    throw new NetworkFailure('UNFIT_ORGANISATION', message)
  }
  if (parties.some(({ id, domain }) => id === newcomer.id || domain === newcomer.domain)) {
    const message = `${newcomer.id} or ${newcomer.domain} is already taken.`
    throw new NetworkFailure('UNFIT_ORGANISATION', message)
  }
  return await bringUp(options, { ...settings, added: [...settings.added, newcomer] })
}

async function bringUp(options: FabricOptions, settings: NetworkSettings): Promise<FabricNetwork> {
  const report = options.report ?? ((): void => {})
  const topology = settledTopology(options.dataDir, settings)
  if (readSettings(options.dataDir) === undefined) await checkPorts(topology)
  mkdirSync(topology.folder, { recursive: true, mode: 0o700 })
  writeSettings(options.dataDir, settings)
  const binaries = await findBinaries(report)
  const bundle = options.bundle ?? (await buildBundle(join(topology.folder, 'build')))
  await prepare(topology, binaries, report)
  const nodes = nodeProcesses(topology, binaries)
  report(`Starting ${String(nodes.length)} nodes …`)
  await supervise(topology.folder, [...nodes, ...chaincodeBefore(topology)])
  const admin = peerAdmin(topology, binaries)
  const block = genesisBlock(topology)
  await Promise.all([
    ...topology.orderers.map(async (node) => {
      await joinOrderer(topology, node, block)
      await listening(node.name, node.port)
    }),
    ...topology.peers.map(async (node) => {
      await listening(node.name, node.port)
      await admin.join(node, block)
    }),
  ])
  report('Joined the channel; deploying the chaincode …')
  const definition = await deployChaincode(topology, admin, {
    bundle,
    nodes,
    admit: async () => await admitAll(topology, binaries, settings.added),
    // The first block counts everybody who was there.
    count: async () =>
      settings.added.length > 0 ? await countAllEndorsements(topology, binaries) : undefined,
  })
  const profiles = topology.consortium.organisations.map((party) => profileOf(topology, party))
  return { topology, profiles, definition }
}

async function admitAll(
  topology: Topology,
  binaries: FabricBinaries,
  newcomers: readonly Party[],
): Promise<number | undefined> {
  let blocks: number | undefined
  for (const newcomer of newcomers) {
    blocks = (await admitOrganisation(topology, binaries, newcomer)) ?? blocks
  }
  return blocks
}

/** Stops everything of a network; its ledgers stay. Returns whether it was up. */
export async function downFabric(dataDir: string): Promise<boolean> {
  return await stopSupervisor(networkFolder(dataDir))
}

/** The network that a data folder holds. Throws NOT_UP when there is none. */
export function existingTopology(dataDir: string): Topology {
  const settings = readSettings(dataDir)
  if (settings !== undefined) return settledTopology(dataDir, settings)
  throw new NetworkFailure('NOT_UP', `There is no network in ${dataDir}: npm run network -- up`)
}

/** The settings of the network that is there, else of a new one. */
function settle(options: FabricOptions): NetworkSettings {
  const { dataDir, consortium = readConsortium() } = options
  const earlier = readSettings(dataDir)
  const base = earlier ?? {
    ordering: consortium.ordering.type,
    basePort: consortium.basePort,
    added: [],
  }
  const wanted = {
    ordering: options.orderer ?? base.ordering,
    basePort: options.basePort ?? base.basePort,
    made: consortium,
    added: base.added,
  }
  if (earlier !== undefined && !isDeepStrictEqual(earlier, wanted)) {
    throw otherNetwork(dataDir, earlier, isDeepStrictEqual(earlier.made, consortium))
  }
  return wanted
}

function otherNetwork(
  dataDir: string,
  { ordering, basePort }: NetworkSettings,
  isSameConsortium: boolean,
): NetworkFailure {
  return new NetworkFailure(
    'OTHER_NETWORK',
    isSameConsortium
      ? `${dataDir} holds a network with ${ordering} orderers on ports from ${String(basePort)}; ` +
          'choose another --data, or reset it.'
      : `The consortium's file has changed since the network in ${dataDir} was made. ` +
          'Take the change back; add an organisation with add-org; or reset the network.',
  )
}

async function checkPorts(topology: Topology): Promise<void> {
  const taken = await takenPorts(nodePorts(topology))
  if (taken.length === 0) return
  const message = `Ports ${taken.join(', ')} are taken: is a network running already? Else --port.`
  throw new NetworkFailure('PORTS_TAKEN', message)
}

async function prepare(
  topology: Topology,
  binaries: FabricBinaries,
  report: (line: string) => void,
): Promise<void> {
  writeNodeConfig(networkFiles(topology.folder).config)
  await makeMaterial(topology, binaries, report)
  await makeGenesisBlock(topology, binaries)
}

function nodeProcesses(topology: Topology, binaries: FabricBinaries): ProcessSpec[] {
  return [
    ...topology.orderers.map((node) => ordererProcess(topology, node, binaries)),
    ...topology.peers.map((node) => peerProcess(topology, node, binaries)),
  ]
}

/** The chaincode servers of the last time: they are needed until it is known what is committed. */
function chaincodeBefore({ folder }: Topology): ProcessSpec[] {
  const before = readJson(networkFiles(folder).processes) as readonly ProcessSpec[] | undefined
  return (before ?? []).filter(
    ({ kind, verified }) =>
      kind === 'chaincode' && verified !== undefined && existsSync(verified.path),
  )
}
