import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Party } from '../../consortium-file.ts'
import type { FabricBinaries } from '../binaries.ts'
import { changeConfiguration, objectAt } from '../channel-configuration.ts'
import { materialOf } from '../material.ts'
import type { Topology } from '../topology.ts'
import { openRegistry } from './enrol-parties.ts'

/** Revokes every certificate of a user at the party's authority. Throws AUTHORITY_REFUSED. */
export async function revokeUser(
  topology: Topology,
  party: Party,
  name: string,
  reason: string,
): Promise<void> {
  const { client, registrar } = await openRegistry(topology, party, 'ca')
  await client.revoke(registrar, `${name}@${party.domain}`, reason)
}

/**
 * Fetches the party's list of revoked certificates and keeps it in its MSP folder. Returns its path.
 * Throws AUTHORITY_REFUSED.
 */
export async function fetchRevocationList(topology: Topology, party: Party): Promise<string> {
  const { client, registrar } = await openRegistry(topology, party, 'ca')
  const folder = join(materialOf(topology, party).mspFolder, 'crls')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'crl.pem')
  writeFileSync(`${path}.unfinished`, await client.revocationList(registrar))
  renameSync(`${path}.unfinished`, path)
  return path
}

/**
 * Puts the party's list into the channel, by its own administrator's signature alone: from that
 * block on no peer takes what a revoked certificate signs. Throws COMMAND_FAILED.
 */
export async function publishRevocationList(
  topology: Topology,
  binaries: FabricBinaries,
  party: Party,
  path: string,
): Promise<void> {
  const list = [readFileSync(path).toString('base64')]
  await changeConfiguration(topology, binaries, {
    name: `crl-${party.id}`,
    signer: party,
    isMade: (_, channel) =>
      memberships(channel, party).every((msp) => isDeepStrictEqual(msp['revocation_list'], list)),
    make: (_application, _describe, channel) => {
      for (const msp of memberships(channel, party)) msp['revocation_list'] = list
    },
  })
}

/** A party that has peers and orderers stands in the channel twice, which have to be equal. */
function memberships(channel: unknown, { id }: Party): Record<string, unknown>[] {
  return ['Application', 'Orderer'].flatMap((kind) => {
    const parties = objectAt(channel, 'groups', kind, 'groups')
    return id in parties ? [objectAt(parties, id, 'values', 'MSP', 'value', 'config')] : []
  })
}
