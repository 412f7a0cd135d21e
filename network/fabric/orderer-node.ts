import { join } from 'node:path'
import type { FabricBinaries } from './binaries.ts'
import { GO_MEMORY } from './go-memory.ts'
import { materialOf } from './material.ts'
import { networkFiles } from './network-files.ts'
import type { ProcessSpec } from './process-spec.ts'
import type { OrdererNode, Topology } from './topology.ts'
import { listenAddress } from './topology.ts'

/** How an orderer is started: what config/orderer.yaml leaves to the environment. */
export function ordererProcess(
  topology: Topology,
  node: OrdererNode,
  binaries: FabricBinaries,
): ProcessSpec {
  const party = materialOf(topology, node.owner)
  const { mspFolder, tls } = party.node(node)
  const data = join(topology.folder, 'data', node.name)
  return {
    name: node.name,
    kind: 'orderer',
    command: binaries.path('orderer'),
    args: [],
    env: {
      ...GO_MEMORY,
      FABRIC_CFG_PATH: networkFiles(topology.folder).config,
      FABRIC_LOGGING_SPEC: 'warn',
      ORDERER_GENERAL_LISTENADDRESS: listenAddress(node.address),
      ORDERER_GENERAL_LISTENPORT: String(node.port),
      ORDERER_GENERAL_LOCALMSPID: node.owner.id,
      ORDERER_GENERAL_LOCALMSPDIR: mspFolder,
      ORDERER_GENERAL_TLS_PRIVATEKEY: tls.key,
      ORDERER_GENERAL_TLS_CERTIFICATE: tls.certificate,
      ORDERER_GENERAL_TLS_ROOTCAS: `[${party.tlsRoot}]`,
      ORDERER_GENERAL_CLUSTER_CLIENTCERTIFICATE: tls.certificate,
      ORDERER_GENERAL_CLUSTER_CLIENTPRIVATEKEY: tls.key,
      ORDERER_GENERAL_CLUSTER_ROOTCAS: `[${party.tlsRoot}]`,
      ORDERER_FILELEDGER_LOCATION: join(data, 'ledger'),
      ORDERER_CONSENSUS_WALDIR: join(data, 'wal'),
      ORDERER_CONSENSUS_SNAPDIR: join(data, 'snapshots'),
      ORDERER_OPERATIONS_LISTENADDRESS: `127.0.0.1:${String(node.operationsPort)}`,
      ORDERER_ADMIN_LISTENADDRESS: `127.0.0.1:${String(node.adminPort)}`,
      ORDERER_ADMIN_TLS_PRIVATEKEY: tls.key,
      ORDERER_ADMIN_TLS_CERTIFICATE: tls.certificate,
      ORDERER_ADMIN_TLS_ROOTCAS: `[${party.tlsRoot}]`,
      ORDERER_ADMIN_TLS_CLIENTROOTCAS: `[${party.tlsRoot}]`,
    },
  }
}
