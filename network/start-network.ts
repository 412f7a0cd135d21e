import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { destination, pino } from 'pino'
import type { ConnectionProfile, Gateway, TokenAccess } from '../gateway/index.ts'
import { rebuild, startGateway, tokenDigest } from '../gateway/index.ts'
import { CHAINCODE_NAME } from '../ledger/index.ts'
import { CHANNEL, ORGANISATIONS } from './consortium.ts'
import type { EmbeddedThread } from './embedded-thread.ts'
import { startEmbeddedThread } from './embedded-thread.ts'
import type { GatewayAddress, GatewayTokens } from './gateways-file.ts'
import { newTokens, readGatewaysFile, writeGatewaysFile } from './gateways-file.ts'

export interface NetworkOptions {
  readonly dataDir: string
  /** The first gateway's port; the ledger takes the one in front. `any`: whatever is free. */
  readonly ports: number | 'any'
}

export interface Network {
  readonly channel: string
  readonly gateways: readonly GatewayAddress[]
  /** host:port of the ledger, for Fabric's own clients, and the root of its TLS certificate. */
  readonly ledgerAddress: string
  readonly tlsRootCertificate: string
  /** Whether the tokens were made by this start, and not by an earlier one. */
  readonly hasNewTokens: boolean
  readonly close: () => Promise<void>
}

/**
 * Brings up the consortium for development: the embedded ledger in a thread, a gateway for each
 * organisation, all on loopback, everything kept under `dataDir`.
 */
export async function startNetwork({ dataDir, ports }: NetworkOptions): Promise<Network> {
  for (const folder of ['ledger', 'gateways', 'logs']) {
    mkdirSync(join(dataDir, folder), { recursive: true })
  }
  chmodSync(dataDir, 0o700)
  const ledger = await startEmbeddedThread({
    channel: CHANNEL,
    organisations: ORGANISATIONS,
    dataDir: join(dataDir, 'ledger'),
    port: ports === 'any' ? 0 : ports - 1,
  })
  const earlier = readGatewaysFile(dataDir)
  const tokens = new Map(
    ORGANISATIONS.map((organisation): [string, GatewayTokens] => [
      organisation,
      earlier?.gateways.find((gateway) => gateway.organisation === organisation)?.tokens ??
        newTokens(),
    ]),
  )
  const gateways = await Promise.all(
    ORGANISATIONS.map((organisation, index) =>
      startOne(organisation, dataDir, ledger, {
        port: ports === 'any' ? 0 : ports + index,
        tokens: tokens.get(organisation) ?? newTokens(),
      }),
    ),
  )
  const addresses = gateways.map(({ organisation, url }) => ({
    organisation,
    url,
    tokens: tokens.get(organisation) ?? newTokens(),
  }))
  for (const gateway of gateways) gateway.connectPeers(peersOf(gateway.organisation, addresses))
  await Promise.all(gateways.map((gateway) => gateway.ready()))
  writeGatewaysFile(dataDir, { channel: CHANNEL, gateways: addresses })
  return {
    channel: CHANNEL,
    gateways: addresses,
    ledgerAddress: ledger.address,
    tlsRootCertificate: ledger.tlsRootCertificate,
    hasNewTokens: earlier === undefined,
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()))
      await ledger.close()
    },
  }
}

async function startOne(
  organisation: string,
  dataDir: string,
  ledger: EmbeddedThread,
  { port, tokens }: { readonly port: number; readonly tokens: GatewayTokens },
): Promise<Gateway> {
  const identities = ledger.identities[organisation]
  if (identities === undefined) throw new Error(`the ledger has no identity for ${organisation}`)
  const profile: ConnectionProfile = {
    channel: CHANNEL,
    chaincode: CHAINCODE_NAME,
    organisation,
    peerAddress: ledger.address,
    tlsRootCertificate: ledger.tlsRootCertificate,
    ...identities,
  }
  const log = destination({ dest: join(dataDir, 'logs', `${organisation}.log`), sync: false })
  return await startGateway({
    profile,
    projectionPath: projectionPath(dataDir, organisation),
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
    [tokenDigest(tokens.gateway), 'write'],
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
