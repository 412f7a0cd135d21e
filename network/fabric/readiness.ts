import { setTimeout as sleep } from 'node:timers/promises'
import type { Contract } from '@hyperledger/fabric-gateway'
import { GatewayError } from '@hyperledger/fabric-gateway'
import type { ConnectionProfile } from '../../gateway/index.ts'
import { NetworkFailure } from './network-failure.ts'
import { connectPeer } from './peer-connection.ts'

const LIMIT_MS = 60_000
const POLL_MS = 150

/**
 * Waits until a transaction of every organisation is endorsed by all of them and as the policy
 * asks, and one of the first organisation is committed. Its only command is malformed, so the ledger stays as it was.
 * Throws NOT_READY.
 */
export async function waitUntilReady(profiles: readonly ConnectionProfile[]): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS
  const organisations = profiles.map(({ organisation }) => organisation)
  await Promise.all(
    profiles.map(async (profile, index) => {
      const { network, close } = connectPeer(profile)
      const contract = network.getContract(profile.chaincode)
      try {
        await probe(contract, profile.organisation, {
          isCommitted: index === 0,
          deadlineMs,
          organisations,
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
  readonly deadlineMs: number
  readonly organisations: readonly string[]
}

async function probe(
  contract: Contract,
  organisation: string,
  { isCommitted, deadlineMs, organisations }: ProbeOptions,
): Promise<void> {
  for (;;) {
    try {
      await contract.evaluate('GetProgrammes', { arguments: ['{"assets":[]}'] })
      // A majority may be found before the peer knows of all the others.
      const everybody = { arguments: [PROBE], endorsingOrganizations: [...organisations] }
      await contract.newProposal('Submit', everybody).endorse()
      const proposal = contract.newProposal('Submit', { arguments: [PROBE] })
      const transaction = await proposal.endorse()
      if (!isCommitted) return
      const status = await (await transaction.submit()).getStatus()
      if (status.successful) return
      throw notReady(organisation, `validation code ${String(status.code)}`)
    } catch (error) {
      if (!(error instanceof GatewayError || error instanceof NetworkFailure)) throw error
      if (Date.now() > deadlineMs) throw notReady(organisation, explain(error))
      await sleep(POLL_MS)
    }
  }
}

function explain(error: Error): string {
  const details = error instanceof GatewayError ? error.details : []
  return [error.message, ...details.map(({ message }) => message)].join('; ')
}

function notReady(organisation: string, problem: string): NetworkFailure {
  return new NetworkFailure('NOT_READY', `${organisation} cannot use the network: ${problem}`)
}
