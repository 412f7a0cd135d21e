import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Party } from '../consortium-file.ts'
import type { ChaincodePackage } from './chaincode-package.ts'
import { materialOf } from './material.ts'
import type { Definition } from './peer-admin.ts'
import type { ProcessSpec } from './process-spec.ts'
import type { Topology } from './topology.ts'
import { chaincodePort, listenAddress, serviceAddress } from './topology.ts'

/** The chaincode in one file. */
export interface Bundle {
  readonly path: string
  /** Lower-case hex; the version that organisations approve. */
  readonly sha256: string
}

/** Keeps a bundle under its sha256, so that the version that runs outlives a new build. */
export function keepBundle(topology: Topology, { path, sha256 }: Bundle): void {
  const kept = keptBundle(topology, sha256)
  if (existsSync(kept)) return
  mkdirSync(join(topology.folder, 'chaincode'), { recursive: true, mode: 0o700 })
  copyFileSync(path, `${kept}.unfinished`)
  chmodSync(`${kept}.unfinished`, 0o400)
  renameSync(`${kept}.unfinished`, kept)
}

function keptBundle(topology: Topology, sha256: string): string {
  return join(topology.folder, 'chaincode', `${sha256}.cjs`)
}

/** How an organisation's chaincode server is started: the approved bytes and no others. */
export function chaincodeProcess(
  topology: Topology,
  party: Party,
  { sequence, version }: Definition,
  { id }: ChaincodePackage,
): ProcessSpec {
  const material = materialOf(topology, party)
  const { certificate, key } = material.tlsHost('chaincode')
  const bundle = keptBundle(topology, version)
  const listen = listenAddress(serviceAddress(topology, party, 'chaincode'))
  return {
    name: `${party.id}-chaincode${String(sequence)}`,
    kind: 'chaincode',
    command: process.execPath,
    args: [bundle],
    env: {
      NODE_ENV: 'production',
      CHAINCODE_ID: id,
      CHAINCODE_SERVER_ADDRESS: `${listen}:${String(chaincodePort(topology, party.id, sequence))}`,
      CHAINCODE_TLS_KEY_FILE: key,
      CHAINCODE_TLS_CERT_FILE: certificate,
      CHAINCODE_TLS_CLIENT_CACERT_FILE: material.tlsRoot,
    },
    verified: { path: bundle, sha256: version },
  }
}
