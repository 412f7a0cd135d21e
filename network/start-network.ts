import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino } from 'pino'
import type { ConnectionProfile, Gateway } from '../gateway/index.ts'
import { rebuild, startGateway } from '../gateway/index.ts'
import { writeConnections } from './connections-file.ts'
import { CHANNEL, ORGANISATIONS } from './consortium.ts'
import { startEmbeddedEngine } from './embedded-engine.ts'
import type { OrderingType } from './consortium-file.ts'
import type { EngineName } from './engine.ts'
import { upFabric } from './fabric/fabric-network.ts'
import { startGateways, stopGateways } from './fabric/start-gateways.ts'
import type { GatewayAddress, GatewayTokens } from './gateways-file.ts'
import { newTokens, readGatewaysFile, tokenAccess, writeGatewaysFile } from './gateways-file.ts'

export interface NetworkOptions {
  readonly dataDir: string
  /**
   * The first gateway's port; the embedded ledger takes the one in front. `any`: what is free; on
   * Fabric the ports of an earlier start are kept.
   */
  readonly ports: number | 'any'
  readonly engine?: EngineName
  /** How a Fabric network orders; as its file says unless given. */
  readonly orderer?: OrderingType
  /** The first port of a Fabric network's nodes; as its file says unless given. */
  readonly basePort?: number
  /** Gets a line for everything that takes its time. */
  readonly report?: (line: string) => void
}

export interface Network {
  readonly channel: string
  readonly gateways: readonly GatewayAddress[]
  /** How each gateway reaches its peer, for Fabric's own clients. */
  readonly profiles: readonly ConnectionProfile[]
  /** Whether the tokens were made by this start, and not by an earlier one. */
  readonly hasNewTokens: boolean
  readonly close: () => Promise<void>
}

/**
 * Brings up the consortium for development: the engine, and a gateway for each organisation, all on
 * loopback, everything kept under `dataDir`. On Fabric each gateway is a process of its own, and
 * `close` leaves the nodes running; the embedded ledger's gateways share this process.
 */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { dataDir, engine } = options
  for (const folder of ['ledger', 'gateways', 'logs']) {
    mkdirSync(join(dataDir, folder), { recursive: true })
  }
  chmodSync(dataDir, 0o700)
  return engine === 'fabric' ? await startOnFabric(options) : await startEmbedded(options)
}

async function startOnFabric(options: NetworkOptions): Promise<Network> {
  const { dataDir, ports, orderer, basePort, report } = options
  const { topology, profiles } = await upFabric({
    dataDir,
    ...(orderer !== undefined && { orderer }),
    ...(basePort !== undefined && { basePort }),
    ...(report !== undefined && { report }),
  })
  report?.('Starting the gateways …')
  const hasNewTokens = readGatewaysFile(dataDir) === undefined
  const close = async (): Promise<void> => await stopGateways(dataDir)
  try {
    const gateways = await startGateways({ dataDir, topology, ports })
    return { channel: topology.consortium.channel, gateways, profiles, hasNewTokens, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function startEmbedded({ dataDir, ports }: NetworkOptions): Promise<Network> {
  // Those of a Fabric network may still run when what started them was killed.
  await stopGateways(dataDir)
  const engine = await startEmbeddedEngine({
    channel: CHANNEL,
    organisations: ORGANISATIONS,
    dataDir: join(dataDir, 'ledger'),
    port: ports === 'any' ? 0 : ports - 1,
  })
  const earlier = readGatewaysFile(dataDir)
  const started = await Promise.all(
    engine.profiles.map(async (profile, index) => {
      const { organisation } = profile
      const known = earlier?.gateways.find((gateway) => gateway.organisation === organisation)
      const tokens = known?.tokens ?? newTokens()
      const port = ports === 'any' ? 0 : ports + index
      return { gateway: await startOne(profile, dataDir, port, tokens), tokens }
    }),
  )
  const gateways = started.map(({ gateway }) => gateway)
  const addresses = started.map(({ gateway: { organisation, url }, tokens }) => {
    return { organisation, url, tokens }
  })
  for (const gateway of gateways) gateway.connectPeers(peersOf(gateway.organisation, addresses))
  await Promise.all(gateways.map((gateway) => gateway.ready()))
  writeGatewaysFile(dataDir, { channel: CHANNEL, gateways: addresses })
  writeConnections(dataDir, engine.profiles)
  return {
    channel: CHANNEL,
    gateways: addresses,
    profiles: engine.profiles,
    hasNewTokens: earlier === undefined,
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()))
      await engine.close()
    },
  }
}

async function startOne(
  profile: ConnectionProfile,
  dataDir: string,
  port: number,
  tokens: GatewayTokens,
): Promise<Gateway> {
  const { organisation } = profile
  const log = destination({ dest: join(dataDir, 'logs', `${organisation}.log`), sync: false })
  return await startGateway({
    profile,
    projectionPath: projectionPath(dataDir, organisation),
    envelopesPath: join(dataDir, 'gateways', `${organisation}-envelopes.sqlite`),
    port,
    tokens: tokenAccess(tokens),
    logger: pino({ base: { organisation } }, log),
  })
}

function projectionPath(dataDir: string, organisation: string): string {
  return join(dataDir, 'gateways', `${organisation}.sqlite`)
}

/** Drops what the gateways have read; their next start reads the ledger from the first block. */
export async function rebuildProjections(dataDir: string): Promise<void> {
  await stopGateways(dataDir)
  const known = readGatewaysFile(dataDir)?.gateways.map(({ organisation }) => organisation)
  for (const organisation of known ?? ORGANISATIONS) rebuild(projectionPath(dataDir, organisation))
}

function peersOf(
  organisation: string,
  addresses: readonly GatewayAddress[],
): { organisation: string; url: string; token: string }[] {
  return addresses
    .filter((address) => address.organisation !== organisation)
    .map(({ organisation, url, tokens }) => ({ organisation, url, token: tokens.gateway }))
}
