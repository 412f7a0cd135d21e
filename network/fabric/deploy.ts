import { setTimeout as sleep } from 'node:timers/promises'
import type { Bundle } from './chaincode-node.ts'
import { chaincodeProcess, keepBundle } from './chaincode-node.ts'
import type { ChaincodePackage } from './chaincode-package.ts'
import { packageChaincode } from './chaincode-package.ts'
import { listening } from './listening.ts'
import { isCommandFailure, NetworkFailure } from './network-failure.ts'
import { metricsOf } from './operations.ts'
import type { CommittedDefinition, Definition, PeerAdmin } from './peer-admin.ts'
import type { ProcessSpec } from './process-spec.ts'
import { profileOf } from './profiles.ts'
import { waitUntilReady } from './readiness.ts'
import { supervise } from './supervisor-client.ts'
import type { OrdererNode, PeerNode, Topology } from './topology.ts'
import { chaincodePort, peersOf } from './topology.ts'

const CATCH_UP_LIMIT_MS = 60_000
const POLL_MS = 100

export interface Deployment {
  readonly bundle: Bundle
  /** Processes that run beside the chaincode. */
  readonly nodes: readonly ProcessSpec[]
  /** Has organisations join the channel that have their peer and the chaincode, but no seat yet. */
  readonly admit: () => Promise<void>
}

/**
 * Has every organisation run, install and approve a bundle, and commits it: as sequence 1, or as
 * the next one when the channel runs other bytes. While that goes on, the servers of the earlier
 * sequence keep answering. Does only what is missing. Returns what the channel runs.
 * Throws COMMAND_FAILED, NOT_LISTENING, NOT_READY.
 */
export async function deployChaincode(
  topology: Topology,
  admin: PeerAdmin,
  { bundle, nodes, admit }: Deployment,
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
  await admit()
  await caughtUp(topology)
  await agree(topology, admin, target, packages)
  const profiles = topology.consortium.organisations.map((party) => profileOf(topology, party))
  await waitUntilReady(profiles)
  if (overlap.length > 0) {
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

/** Waits until all peers have the blocks that one of them has now. Throws NOT_READY. */
async function caughtUp(topology: Topology): Promise<void> {
  const deadline = Date.now() + CATCH_UP_LIMIT_MS
  const heights = async (): Promise<number[]> =>
    await Promise.all(topology.peers.map(async (peer) => await heightOf(topology, peer)))
  const wanted = Math.max(...(await heights()))
  for (;;) {
    const now = await heights()
    const behind = topology.peers.filter((_, index) => (now[index] ?? 0) < wanted)
    if (behind.length === 0) return
    if (Date.now() > deadline) {
      const names = behind.map(({ name }) => name).join(', ')
      throw new NetworkFailure('NOT_READY', `${names}: still without block ${String(wanted - 1)}`)
    }
    await sleep(POLL_MS)
  }
}

async function heightOf({ consortium }: Topology, peer: PeerNode): Promise<number> {
  const name = `ledger_blockchain_height{channel="${consortium.channel}"}`
  return (await metricsOf(peer)).get(name) ?? 0
}

/** Tries the orderers in turn: each attempt first looks whether the one before it did succeed. */
async function atSomeOrderer(
  { orderers }: Topology,
  attempt: (orderer: OrdererNode) => Promise<void>,
): Promise<void> {
  let failure: NetworkFailure | undefined
  for (const orderer of orderers) {
    try {
      await attempt(orderer)
      return
    } catch (error) {
      if (!isCommandFailure(error)) throw error
      failure = error
    }
  }
  throw failure ?? new Error('a network without orderers')
}
