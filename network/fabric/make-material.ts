import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { FabricBinaries } from './binaries.ts'
import { enrolParties } from './ca/enrol-parties.ts'
import { startAuthorities } from './ca/authority-server.ts'
import { generateMaterial } from './cryptogen.ts'
import { ORDERERS, PEERS } from './material.ts'
import type { Topology } from './topology.ts'

/**
 * Makes the keys and certificates of the parties that have none: with cryptogen, or by CA servers,
 * which are then running. Peers and orderers of a party come from one authority and differ in their
 * organisational unit. Throws COMMAND_FAILED, NO_FABRIC, AUTHORITY_REFUSED.
 */
export async function makeMaterial(
  topology: Topology,
  binaries: FabricBinaries,
  report: (line: string) => void = () => {},
): Promise<void> {
  const finished = join(topology.folder, 'crypto')
  const usesServers = topology.consortium.ca === 'fabric-ca'
  if (usesServers) await startAuthorities(topology, report)
  const parties = topology.parties.filter(
    ({ domain }) => !existsSync(join(finished, PEERS, domain)),
  )
  if (parties.length === 0) return
  const aside = join(topology.folder, 'crypto.unfinished')
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { mode: 0o700 })
  if (usesServers) await enrolParties(topology, parties, aside)
  else await generateMaterial(topology, parties, binaries, aside)
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

function protectKeys(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && /(?:_sk|\.key)$/.test(entry.name)) {
      chmodSync(join(entry.parentPath, entry.name), 0o600)
    }
  }
}
