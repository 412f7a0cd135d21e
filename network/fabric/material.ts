import { join } from 'node:path'
import type { Party } from '../consortium-file.ts'
import type { OrdererNode, PeerNode, Topology } from './topology.ts'

/** Folders in which cryptogen works. */
export const PEERS = 'peerOrganizations'
export const ORDERERS = 'ordererOrganizations'

/** Hosts with TLS certificates alone: the chaincode server, and the peers as its clients. */
export type TlsHost = 'chaincode' | 'chaincode-client'
export const TLS_HOSTS: readonly TlsHost[] = ['chaincode', 'chaincode-client']

export type UserName = 'Admin' | 'User1'

/** Where the keys and certificates of a party are. All are PEM files. */
export interface PartyMaterial {
  readonly mspFolder: string
  readonly tlsRoot: string
  /** Other users than these two come from a CA server. */
  readonly user: (name: UserName | (string & {})) => UserMaterial
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
export function materialOf({ folder }: Topology, party: Party): PartyMaterial {
  return materialIn(join(folder, 'crypto'), party)
}

/** The same in a folder where they are made. */
export function materialIn(crypto: string, { domain }: Party): PartyMaterial {
  const folder = join(crypto, PEERS, domain)
  const orderers = join(crypto, ORDERERS, domain, 'orderers')
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
