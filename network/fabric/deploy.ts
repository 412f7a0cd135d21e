import { setTimeout as sleep } from 'node:timers/promises'
import { caughtUp } from './catch-up.ts'
import type { Bundle } from './chaincode-node.ts'
import { chaincodeProcess, keepBundle } from './chaincode-node.ts'
import type { ChaincodePackage } from './chaincode-package.ts'
import { packageChaincode } from './chaincode-package.ts'
import { listening } from './listening.ts'
import { atSomeOrderer } from './orderer-admin.ts'
import type { CommittedDefinition, Definition, PeerAdmin } from './peer-admin.ts'
import type { ProcessSpec } from './process-spec.ts'
import { waitUntilReady } from './readiness.ts'
import { supervise } from './supervisor-client.ts'
import type { PeerNode, Topology } from './topology.ts'
import { chaincodePort, peersOf } from './topology.ts'

/** Endorsements that began before the commit end on the servers of the sequence before. */
const GRACE_MS = 5_000

export interface Deployment {
  readonly bundle: Bundle
  /** Processes that run beside the chaincode. */
  readonly nodes: readonly ProcessSpec[]
  /**
   * Has organisations become members that have their peer and the chaincode, and are none yet.
   * Returns how many blocks hold that, or undefined when there was nothing to do.
   */
  readonly admit: () => Promise<number | undefined>
  /** Has the endorsements of all members counted, now that all can endorse. Returns the same. */
  readonly count: () => Promise<number | undefined>
}

/**
 * Has every organisation run, install and approve a bundle, and commits it: as sequence 1, or as
 * the next one when the channel runs other bytes. The servers of the earlier sequence keep answering
 * until every peer runs the new one and what they had begun has ended. An organisation's endorsement
 * is counted only once its peers run the chaincode. Does only what is missing. Returns what the
 * channel runs. Throws COMMAND_FAILED, NOT_LISTENING, NOT_READY.
 */
export async function deployChaincode(
  topology: Topology,
  admin: PeerAdmin,
  { bundle, nodes, admit, count }: Deployment,
): Promise<Definition> {
  keepBundle(topology, bundle)
  const [first] = topology.peers
  if (first === undefined) throw new Error('a network without peers')
  const before = await admin.committed(first)
  const isCommitted = before?.version === bundle.sha256
  const sequence = (before?.sequence ?? 0) + (isCommitted ? 0 : 1)
  const target = { sequence, version: bundle.sha256 }
  const overlap = before === undefined || isCommitted ? [] : servers(topology, before)
  await supervise(topology.folder, [...nodes, ...overlap, ...servers(topology, target)])
  const packages = packagesOf(topology, target)
  await Promise.all(
    topology.peers.map(async (peer) => {
      const { id, path } = packageFor(packages, peer)
      await admin.install(peer, id, path)
    }),
  )
  await Promise.all(
    topology.consortium.organisations.map(async ({ id }) => {
      await listening(`chaincode of ${id}`, chaincodePort(topology, id, target.sequence))
    }),
  )
  await caughtUp(topology, await admit())
  await agree(topology, admin, target, packages)
  await waitUntilReady(topology, admin, target)
  const counted = await count()
  if (counted !== undefined) {
    await caughtUp(topology, counted)
    await waitUntilReady(topology, admin, target)
  }
  if (overlap.length > 0) {
    await sleep(GRACE_MS)
    await supervise(topology.folder, [...nodes, ...servers(topology, target)])
  }
  return target
}

type Packages = ReadonlyMap<string, ChaincodePackage>

function packagesOf(topology: Topology, definition: Definition): Packages {
  const { organisations } = topology.consortium
  return new Map(
    organisations.map((party) => [party.id, packageChaincode(topology, party, definition)]),
  )
}

function packageFor(packages: Packages, peer: PeerNode): ChaincodePackage {
  const found = packages.get(peer.owner.id)
  if (found === undefined) throw new Error(`no package for ${peer.name}`)
  return found
}

function servers(topology: Topology, definition: Definition): ProcessSpec[] {
  return topology.consortium.organisations.map((party) =>
    chaincodeProcess(topology, party, definition, packageChaincode(topology, party, definition)),
  )
}

/** Approvals by the organisations that have not given theirs, then the commit if it is missing. */
async function agree(
  topology: Topology,
  admin: PeerAdmin,
  target: Definition,
  packages: Packages,
): Promise<void> {
  const ambassadors = topology.consortium.organisations.flatMap(
    ({ id }) => peersOf(topology, id)[0] ?? [],
  )
  const [first] = ambassadors
  if (first === undefined) throw new Error('a network without peers')
  const committed = async (): Promise<CommittedDefinition | undefined> => {
    const found = await admin.committed(first)
    return found?.sequence === target.sequence ? found : undefined
  }
  await Promise.all(
    ambassadors.map(async (peer) => {
      await atSomeOrderer(topology, async (orderer) => {
        const given = (await committed())?.approvals ?? (await admin.approvals(first, target))
        if (given[peer.owner.id] === true) return
        await admin.approve(peer, orderer, target, packageFor(packages, peer).id)
      })
    }),
  )
  await atSomeOrderer(topology, async (orderer) => {
    if ((await committed()) === undefined) await admin.commit(ambassadors, orderer, target)
  })
}
