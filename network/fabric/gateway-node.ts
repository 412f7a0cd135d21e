import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { GatewayConfig } from '../../gateway/serve-config.ts'
import type { Party } from '../consortium-file.ts'
import type { GatewayAddress } from '../gateways-file.ts'
import { tokenAccess } from '../gateways-file.ts'
import { materialOf } from './material.ts'
import type { ProcessSpec } from './process-spec.ts'
import type { PeerNode, Topology } from './topology.ts'
import { peersOf } from './topology.ts'

const PROGRAM = join(import.meta.dirname, '../../gateway/serve.ts')

/** By which name the supervisor knows the gateway of an organisation. */
export function gatewayName(organisation: string): string {
  return `${organisation}-gateway`
}

/**
 * How a gateway is started. The process is another one whenever its configuration has changed, but
 * for what a newcomer changes: a gateway reads the addresses of the others again by itself, and
 * takes the newcomer's peer into account with its next start.
 */
export function gatewayProcess(config: GatewayConfig, configPath: string): ProcessSpec {
  const { others: _others, endorsers: _endorsers, ...fixed } = config
  return {
    name: gatewayName(config.organisation),
    kind: 'gateway',
    command: process.execPath,
    args: [PROGRAM, configPath],
    env: { CONFIG_SHA256: hash('sha256', JSON.stringify(fixed)) },
  }
}

/**
 * The configuration of an organisation's gateway. `folder` holds its databases; `addresses` are
 * those of all gateways, its own included.
 */
export function gatewayConfig(
  topology: Topology,
  party: Party,
  folder: string,
  addresses: readonly GatewayAddress[],
): GatewayConfig {
  const { id: organisation } = party
  const { channel, chaincode } = topology.consortium
  const [peer] = peersOf(topology, organisation)
  const own = addresses.find((address) => address.organisation === organisation)
  if (peer === undefined || own === undefined) throw new Error(`${organisation} has no gateway`)
  const { tlsRoot, user } = materialOf(topology, party)
  const identity = (name: 'Admin' | 'User1'): GatewayConfig['client'] => {
    const { certificate, key } = user(name)
    return { certificate, privateKey: key }
  }
  const { hostname: host, port } = new URL(own.url)
  return {
    organisation,
    channel,
    chaincode,
    peer: { address: addressOf(peer), tlsRootCertificate: tlsRoot },
    client: identity('User1'),
    admin: identity('Admin'),
    endorsers: topology.peers
      .filter(({ owner }) => owner.id !== organisation)
      .map((other) => ({
        organisation: other.owner.id,
        address: addressOf(other),
        tlsRootCertificate: materialOf(topology, other.owner).tlsRoot,
      })),
    projection: join(folder, `${organisation}.sqlite`),
    envelopes: join(folder, `${organisation}-envelopes.sqlite`),
    listen: { host, port: Number(port) },
    tokens: [...tokenAccess(own.tokens)].map(([sha256, access]) => ({ sha256, access })),
    others: addresses
      .filter((address) => address !== own)
      .map(({ organisation, url, tokens }) => ({ organisation, url, token: tokens.gateway })),
  }
}

function addressOf({ address, port }: PeerNode): string {
  return `${address}:${String(port)}`
}
