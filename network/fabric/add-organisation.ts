import { isDeepStrictEqual } from 'node:util'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { changeConfiguration, objectAt } from './channel-configuration.ts'
import { endorsementPolicy } from './endorsement-policy.ts'
import type { Topology } from './topology.ts'

/**
 * Makes an organisation a member of the running channel: its peer may read, its administrator
 * approve. Its endorsement is not counted yet. The topology has the organisation already, and its
 * keys are made. Returns how many blocks hold the change, or undefined when it was a member.
 * Throws COMMAND_FAILED.
 */
export async function admitOrganisation(
  topology: Topology,
  binaries: FabricBinaries,
  newcomer: Party,
): Promise<number | undefined> {
  return await changeConfiguration(topology, binaries, {
    name: `admit-${newcomer.id}`,
    isMade: (application) => newcomer.id in objectAt(application, 'groups'),
    make: async (application, describe) => {
      objectAt(application, 'groups')[newcomer.id] = await describe(newcomer)
    },
  })
}

/**
 * Has the channel ask for the endorsement of a majority of all organisations of the topology, which
 * are members already. Returns how many blocks hold the change, or undefined when it did so before.
 * Throws COMMAND_FAILED.
 */
export async function countAllEndorsements(
  topology: Topology,
  binaries: FabricBinaries,
): Promise<number | undefined> {
  const wanted = endorsementPolicy(topology.consortium.organisations.map(({ id }) => id))
  return await changeConfiguration(topology, binaries, {
    name: 'count-endorsements',
    isMade: (application) =>
      isDeepStrictEqual(objectAt(application, 'policies', 'Endorsement', 'policy'), wanted),
    make: (application) => {
      objectAt(application, 'policies', 'Endorsement')['policy'] = wanted
    },
  })
}
