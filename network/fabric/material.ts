import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { runCommand } from './run-command.ts'
import type { OrdererNode, PeerNode, Topology } from './topology.ts'

/** Folders in which cryptogen works. */
const PEERS = 'peerOrganizations'
const ORDERERS = 'ordererOrganizations'

const LOCAL_NAMES = ['localhost', '127.0.0.1']

/** Hosts with TLS certificates alone: the chaincode server, and the peers as its clients. */
export type TlsHost = 'chaincode' | 'chaincode-client'
const TLS_HOSTS: readonly TlsHost[] = ['chaincode', 'chaincode-client']

export type UserName = 'Admin' | 'User1'

/** Where the keys and certificates of a party are. All are PEM files. */
export interface PartyMaterial {
  readonly mspFolder: string
  readonly tlsRoot: string
  readonly user: (name: UserName) => UserMaterial
  readonly node: (node: OrdererNode | PeerNode) => NodeMaterial
  readonly tlsHost: (host: TlsHost) => TlsMaterial
}

export interface TlsMaterial {
  readonly certificate: string
  readonly key: string
}

export interface NodeMaterial {
  readonly mspFolder: string
  readonly certificate: string
  readonly tls: TlsMaterial
}

export interface UserMaterial extends NodeMaterial {
  readonly key: string
}

/** Names the files of a party. */
export function materialOf(topology: Topology, { domain }: Party): PartyMaterial {
  const folder = join(topology.folder, 'crypto', PEERS, domain)
  const orderers = join(topology.folder, 'crypto', ORDERERS, domain, 'orderers')
  return {
    mspFolder: join(folder, 'msp'),
    tlsRoot: join(folder, 'tlsca', `tlsca.${domain}-cert.pem`),
    user: (name) => {
      const owner = join(folder, 'users', `${name}@${domain}`)
      return {
        ...mspIn(owner, `${name}@${domain}`),
        key: join(owner, 'msp', 'keystore', 'priv_sk'),
        tls: tlsIn(owner, 'client'),
      }
    },
    node: ({ kind, host }) => {
      const owner = join(kind === 'orderer' ? orderers : join(folder, 'peers'), host)
      return { ...mspIn(owner, host), tls: tlsIn(owner, 'server') }
    },
    tlsHost: (host) => tlsIn(join(folder, 'peers', `${host}.${domain}`), 'server'),
  }
}

function tlsIn(owner: string, stem: string): TlsMaterial {
  return {
    certificate: join(owner, 'tls', `${stem}.crt`),
    key: join(owner, 'tls', `${stem}.key`),
  }
}

function mspIn(owner: string, name: string): Omit<NodeMaterial, 'tls'> {
  return {
    mspFolder: join(owner, 'msp'),
    certificate: join(owner, 'msp', 'signcerts', `${name}-cert.pem`),
  }
}

/**
 * Makes the keys and certificates of the parties that have none, with cryptogen.
 * Peers and orderers of a party come from one authority and differ in their organisational unit.
 */
export async function makeMaterial(topology: Topology, binaries: FabricBinaries): Promise<void> {
  const finished = join(topology.folder, 'crypto')
  const parties = topology.parties.filter(
    ({ domain }) => !existsSync(join(finished, PEERS, domain)),
  )
  if (parties.length === 0) return
  const aside = join(topology.folder, 'crypto.unfinished')
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { mode: 0o700 })
  const config = (name: string, content: unknown): string => {
    const path = join(aside, name)
    writeFileSync(path, stringify(content))
    return path
  }
  const peers = { PeerOrgs: parties.map((party) => organisationSpec(topology, party)) }
  const peersConfig = config('peers.yaml', peers)
  await cryptogen(binaries, ['generate', `--config=${peersConfig}`, `--output=${aside}`])
  for (const { domain } of parties) shareAuthority(aside, domain)
  const orderers = { OrdererOrgs: parties.map((party) => ordererSpec(topology, party)) }
  const orderersConfig = config('orderers.yaml', orderers)
  await cryptogen(binaries, ['extend', `--config=${orderersConfig}`, `--input=${aside}`])
  protectKeys(aside)
  for (const kind of [ORDERERS, PEERS]) {
    mkdirSync(join(finished, kind), { recursive: true, mode: 0o700 })
    for (const { domain } of parties) {
      rmSync(join(finished, kind, domain), { recursive: true, force: true })
      renameSync(join(aside, kind, domain), join(finished, kind, domain))
    }
  }
  rmSync(aside, { recursive: true })
}

/** Gives a party's orderers the authority of its peers, and takes enrolments that are not used. */
function shareAuthority(folder: string, domain: string): void {
  const peers = join(folder, PEERS, domain)
  for (const host of TLS_HOSTS) {
    rmSync(join(peers, 'peers', `${host}.${domain}`, 'msp'), { recursive: true, force: true })
  }
  for (const part of ['ca', 'tlsca', 'msp']) {
    cpSync(join(peers, part), join(folder, ORDERERS, domain, part), { recursive: true })
  }
}

async function cryptogen(binaries: FabricBinaries, args: readonly string[]): Promise<void> {
  await runCommand(binaries.path('cryptogen'), args)
}

function organisationSpec(topology: Topology, { name, domain, id }: Party): unknown {
  const hosts = topology.peers.filter(({ owner }) => owner.id === id).map(({ host }) => host)
  const tlsHosts = hosts.length === 0 ? [] : TLS_HOSTS.map((host) => `${host}.${domain}`)
  return {
    Name: name,
    Domain: domain,
    EnableNodeOUs: true,
    Specs: [...hosts, ...tlsHosts].map((host) => hostSpec(host, domain)),
    Users: { Count: 1 },
  }
}

function ordererSpec(topology: Topology, { name, domain, id }: Party): unknown {
  const hosts = topology.orderers.filter(({ owner }) => owner.id === id).map(({ host }) => host)
  return {
    Name: name,
    Domain: domain,
    EnableNodeOUs: true,
    Specs: hosts.map((host) => hostSpec(host, domain)),
  }
}

function hostSpec(host: string, domain: string): unknown {
  return { Hostname: host.slice(0, -domain.length - 1), SANS: LOCAL_NAMES }
}

function protectKeys(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && /(?:_sk|\.key)$/.test(entry.name)) {
      chmodSync(join(entry.parentPath, entry.name), 0o600)
    }
  }
}
