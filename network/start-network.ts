import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino } from 'pino'
import type { ConnectionProfile, Gateway, TokenAccess } from '../gateway/index.ts'
import { rebuild, startGateway, tokenDigest } from '../gateway/index.ts'
import { CHANNEL, ORGANISATIONS } from './consortium.ts'
import { startEmbeddedEngine } from './embedded-engine.ts'
import type { OrderingType } from './consortium-file.ts'
import type { Engine, EngineName } from './engine.ts'
import { upFabric } from './fabric/fabric-network.ts'
import type { GatewayAddress, GatewayTokens } from './gateways-file.ts'
import { newTokens, readGatewaysFile, writeGatewaysFile } from './gateways-file.ts'

export interface NetworkOptions {
  readonly dataDir: string
  /** The first gateway's port; the embedded ledger takes the one in front. `any`: what is free. */
  readonly ports: number | 'any'
  readonly engine?: EngineName
  /** How a Fabric network orders; as its file says unless given. */
  readonly orderer?: OrderingType
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
 * loopback, everything kept under `dataDir`.
 */
export async function startNetwork(options: NetworkOptions): Promise<Network> {
  const { dataDir, ports } = options
  for (const folder of ['ledger', 'gateways', 'logs']) {
    mkdirSync(join(dataDir, folder), { recursive: true })
  }
  chmodSync(dataDir, 0o700)
  const engine = await startEngine(options)
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

async function startEngine(options: NetworkOptions): Promise<Engine> {
  const { dataDir, ports, engine, orderer, report } = options
  if (engine === 'fabric') {
    const { profiles } = await upFabric({
      dataDir,
      ...(orderer !== undefined && { orderer }),
      ...(report !== undefined && { report }),
    })
    return { profiles, close: () => Promise.resolve() }
  }
  return await startEmbeddedEngine({
    channel: CHANNEL,
    organisations: ORGANISATIONS,
    dataDir: join(dataDir, 'ledger'),
    port: ports === 'any' ? 0 : ports - 1,
  })
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
    tokens: accessOf(tokens),
    logger: pino({ base: { organisation } }, log),
  })
}

function projectionPath(dataDir: string, organisation: string): string {
  return join(dataDir, 'gateways', `${organisation}.sqlite`)
}

/** Drops what a gateway has read; its next start reads the ledger from the first block. */
export function rebuildProjection(dataDir: string, organisation: string): void {
  rebuild(projectionPath(dataDir, organisation))
}

function accessOf(tokens: GatewayTokens): TokenAccess {
  return new Map([
    [tokenDigest(tokens.admin), 'admin'],
    [tokenDigest(tokens.client), 'write'],
    [tokenDigest(tokens.gateway), 'gateway'],
    [tokenDigest(tokens.auditor), 'read'],
  ])
}

function peersOf(
  organisation: string,
  addresses: readonly GatewayAddress[],
): { organisation: string; url: string; token: string }[] {
  return addresses
    .filter((address) => address.organisation !== organisation)
    .map(({ organisation, url, tokens }) => ({ organisation, url, token: tokens.gateway }))
}
