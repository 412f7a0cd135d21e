import { setTimeout as sleep } from 'node:timers/promises'
import type { Contract } from '@hyperledger/fabric-gateway'
import { GatewayError } from '@hyperledger/fabric-gateway'
import { NetworkFailure } from './network-failure.ts'
import type { Definition, PeerAdmin } from './peer-admin.ts'
import { connectPeer } from './peer-connection.ts'
import { profileAt } from './profiles.ts'
import type { PeerNode, Topology } from './topology.ts'

const LIMIT_MS = 60_000
const POLL_MS = 150

/**
 * Waits until every peer runs this definition, until a transaction is endorsed through each of them
 * by all organisations and as the policy asks, and until one is committed. Its only command is
 * malformed, so the ledger stays as it was. Throws NOT_READY.
 */
export async function waitUntilReady(
  topology: Topology,
  admin: PeerAdmin,
  definition: Definition,
): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS
  const organisations = topology.consortium.organisations.map(({ id }) => id)
  await Promise.all(
    topology.peers.map(async (peer, index) => {
      const profile = profileAt(topology, peer)
      const { network, close } = connectPeer(profile)
      const contract = network.getContract(profile.chaincode)
      try {
        await until(deadlineMs, peer, async () => await runs(admin, peer, definition))
        await until(deadlineMs, peer, async () => {
          await probe(contract, { isCommitted: index === 0, organisations })
        })
      } finally {
        close()
      }
    }),
  )
}

const PROBE = JSON.stringify({ lane: 0, fold: [], commands: [{}] })

interface ProbeOptions {
  readonly isCommitted: boolean
  readonly organisations: readonly string[]
}

/** Tries again what fails at a network that is not ready. */
async function until(
  deadlineMs: number,
  { name }: PeerNode,
  attempt: () => Promise<void>,
): Promise<void> {
  for (;;) {
    try {
      await attempt()
      return
    } catch (error) {
      if (!(error instanceof GatewayError || error instanceof NetworkFailure)) throw error
      if (Date.now() > deadlineMs) {
        throw new NetworkFailure('NOT_READY', `${name} cannot use the network: ${explain(error)}`)
      }
      await sleep(POLL_MS)
    }
  }
}

/** The peer's own chaincode has to answer: a call through its gateway may end at another peer. */
async function runs(admin: PeerAdmin, peer: PeerNode, { sequence }: Definition): Promise<void> {
  const committed = (await admin.committed(peer))?.sequence ?? 0
  if (committed !== sequence) {
    const message = `it runs sequence ${String(committed)}, not ${String(sequence)}`
    throw new NetworkFailure('NOT_READY', message)
  }
  await admin.ask(peer, 'GetProgrammes', '{"assets":[]}')
}

async function probe(
  contract: Contract,
  { isCommitted, organisations }: ProbeOptions,
): Promise<void> {
  // A majority may be found before the peer knows of all the others.
  const everybody = { arguments: [PROBE], endorsingOrganizations: [...organisations] }
  await contract.newProposal('Submit', everybody).endorse()
  const transaction = await contract.newProposal('Submit', { arguments: [PROBE] }).endorse()
  if (!isCommitted) return
  const { successful, code } = await (await transaction.submit()).getStatus()
  if (!successful) throw new NetworkFailure('NOT_READY', `validation code ${String(code)}`)
}

function explain(error: Error): string {
  const details = error instanceof GatewayError ? error.details : []
  return [error.message, ...details.map(({ message }) => message)].join('; ')
}
