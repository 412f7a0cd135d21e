import { join } from 'node:path'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { GO_MEMORY } from './go-memory.ts'
import { materialOf } from './material.ts'
import { networkFiles } from './network-files.ts'
import type { ProcessSpec } from './process-spec.ts'
import type { PeerNode, Topology } from './topology.ts'
import { listenAddress, peersOf } from './topology.ts'

/** How a peer is started: what config/core.yaml leaves to the environment. */
export function peerProcess(
  topology: Topology,
  node: PeerNode,
  binaries: FabricBinaries,
): ProcessSpec {
  const party = materialOf(topology, node.owner)
  const { mspFolder, tls } = party.node(node)
  const data = join(topology.folder, 'data', node.name)
  const address = `${node.address}:${String(node.port)}`
  const others = peersOf(topology, node.owner.id).filter(({ name }) => name !== node.name)
  const bootstrap = others.map(({ address, port }) => `${address}:${String(port)}`)
  return {
    name: node.name,
    kind: 'peer',
    command: binaries.path('peer'),
    args: ['node', 'start'],
    env: {
      ...GO_MEMORY,
      FABRIC_CFG_PATH: networkFiles(topology.folder).config,
      FABRIC_LOGGING_SPEC: 'warn',
      CORE_PEER_ID: node.host,
      CORE_PEER_ADDRESS: address,
      CORE_PEER_LISTENADDRESS: `${listenAddress(node.address)}:${String(node.port)}`,
      // Without a port of its own, the second peer on a machine ends at once.
      CORE_PEER_CHAINCODELISTENADDRESS: `127.0.0.1:${String(node.chaincodePort)}`,
      CORE_PEER_LOCALMSPID: node.owner.id,
      CORE_PEER_MSPCONFIGPATH: mspFolder,
      CORE_PEER_GOSSIP_BOOTSTRAP: bootstrap.length > 0 ? bootstrap.join(' ') : address,
      CORE_PEER_GOSSIP_EXTERNALENDPOINT: address,
      CORE_PEER_TLS_CERT_FILE: tls.certificate,
      CORE_PEER_TLS_KEY_FILE: tls.key,
      CORE_PEER_TLS_ROOTCERT_FILE: party.tlsRoot,
      CORE_PEER_FILESYSTEMPATH: data,
      CORE_LEDGER_SNAPSHOTS_ROOTDIR: join(data, 'snapshots'),
      CORE_OPERATIONS_LISTENADDRESS: `127.0.0.1:${String(node.operationsPort)}`,
    },
  }
}

/** The environment of `peer` as a command, acting as the administrator of the peer's owner. */
export function adminEnvironment(topology: Topology, node: PeerNode): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    ...administratorVariables(topology, node.owner),
    CORE_PEER_ADDRESS: `${node.address}:${String(node.port)}`,
  }
}

/** The same without a peer, as far as Fabric's commands read it. */
export function administratorVariables(topology: Topology, party: Party): Record<string, string> {
  const { tlsRoot, user } = materialOf(topology, party)
  return {
    FABRIC_CFG_PATH: networkFiles(topology.folder).config,
    FABRIC_LOGGING_SPEC: 'error',
    CORE_PEER_LOCALMSPID: party.id,
    CORE_PEER_MSPCONFIGPATH: user('Admin').mspFolder,
    CORE_PEER_TLS_ENABLED: 'true',
    CORE_PEER_TLS_ROOTCERT_FILE: tlsRoot,
  }
}
