import { dirname, join, relative } from 'node:path'
import { materialOf } from '../material.ts'
import type { Topology } from '../topology.ts'
import { peersOf, serviceAddress } from '../topology.ts'
import type { OwnHost } from './own-host.ts'
import { ownOrderers } from './own-host.ts'

/** A key and its certificate that a party's nodes and people need. Paths are relative. */
export interface KeyPair {
  readonly key: string
  readonly certificate: string
  /** The certificate's common name. */
  readonly name: string
  /** `peer`, `orderer`, `client` or `admin` as organisational unit, or `TLS` for a TLS certificate. */
  readonly use: 'peer' | 'orderer' | 'client' | 'admin' | 'TLS'
  /** Subject alternative names of a TLS certificate. */
  readonly hosts: readonly string[]
}

/** Every pair of a party. */
export function keyPairs(host: OwnHost): readonly KeyPair[] {
  const { topology, party, member } = host
  const material = materialOf(topology, party)
  const local = pathsWithin(topology)
  const users = (['Admin', ...(member ? (['User1'] as const) : [])] as const).flatMap((user) => {
    const { certificate, key, tls } = material.user(user)
    const name = `${user}@${party.domain}`
    const use = user === 'Admin' ? ('admin' as const) : ('client' as const)
    return [
      { key: local(key), certificate: local(certificate), name, use, hosts: [] },
      { key: local(tls.key), certificate: local(tls.certificate), name, use: TLS, hosts: [] },
    ]
  })
  const nodes = [...ownOrderers(host), ...peersOf(topology, party.id)].flatMap((node) => {
    const { mspFolder, certificate, tls } = material.node(node)
    const hosts = tlsNames(node.host, node.address)
    return [
      {
        key: local(join(mspFolder, 'keystore', 'priv_sk')),
        certificate: local(certificate),
        name: node.host,
        use: node.kind,
        hosts: [],
      },
      {
        key: local(tls.key),
        certificate: local(tls.certificate),
        name: node.host,
        use: TLS,
        hosts,
      },
    ]
  })
  const services = (member ? (['chaincode', 'chaincode-client'] as const) : []).map((service) => {
    const tls = material.tlsHost(service)
    const name = `${service}.${party.domain}`
    const hosts = tlsNames(name, serviceAddress(topology, party, 'chaincode'))
    return { key: local(tls.key), certificate: local(tls.certificate), name, use: TLS, hosts }
  })
  return [...users, ...nodes, ...services]
}

const TLS = 'TLS' as const

function tlsNames(host: string, address: string): string[] {
  return [...new Set([host, 'localhost', '127.0.0.1', address])]
}

/**
 * Files of a party that the other parties need: its certificate authorities, and what the channel
 * knows of its orderers. No keys.
 */
export function publicPaths(host: OwnHost): readonly string[] {
  const { topology, party } = host
  const { mspFolder, tlsRoot, node } = materialOf(topology, party)
  const orderers = ownOrderers(host).flatMap((orderer) => {
    const { certificate, tls } = node(orderer)
    return [certificate, tls.certificate]
  })
  return [mspFolder, tlsRoot, ...orderers].map(pathsWithin(topology))
}

/** The MSP folder of each party, and of each of the party's nodes and people. */
export function mspFolders(host: OwnHost): readonly string[] {
  const { topology, party } = host
  const own = keyPairs(host)
    .filter(({ use }) => use !== TLS)
    .map(({ certificate }) => dirname(dirname(certificate)))
  return [pathsWithin(topology)(materialOf(topology, party).mspFolder), ...own]
}

function pathsWithin({ folder }: Topology): (path: string) => string {
  return (path) => relative(folder, path)
}
