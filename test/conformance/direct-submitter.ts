import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError, StatusCode } from '@hyperledger/fabric-gateway'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { decodeAnswer } from '../../ledger/index.ts'
import type { SiteClient } from './probe-site.ts'
import { connectTo } from './probe-site.ts'

const ATTEMPTS = 20
const PAUSE_MS = 100

/** What the contract made of commands, and the block in which that stands. */
export interface DirectAnswer {
  readonly verdicts: readonly string[]
  readonly blockNumber: string
}

/** Submits to the contract without a gateway, with Fabric's own client. */
export class DirectSubmitter {
  readonly #users: Readonly<Record<'client' | 'admin', SiteClient>>

  constructor(profile: ConnectionProfile) {
    const { admin } = profile
    if (admin === undefined) throw new Error(`no administrator of ${profile.organisation}`)
    this.#users = { client: connectTo(profile), admin: connectTo(profile, admin) }
  }

  /** Tries again when peers stand at different heights, or one was behind when it endorsed. */
  async submit(
    commands: readonly SignedCommand[],
    user: 'client' | 'admin',
  ): Promise<DirectAnswer> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        const answer = await this.#attempt(commands, user)
        if (answer !== undefined) return answer
      } catch (error) {
        if (!isMismatch(error)) throw error
      }
      await sleep(PAUSE_MS)
    }
    throw new Error('the peers never agreed')
  }

  close(): void {
    this.#users.client.close()
    this.#users.admin.close()
  }

  async #attempt(
    commands: readonly SignedCommand[],
    user: 'client' | 'admin',
  ): Promise<DirectAnswer | undefined> {
    const request = JSON.stringify({ lane: 0, fold: [], commands })
    const { contract } = this.#users[user]
    const transaction = await contract.newProposal('Submit', { arguments: [request] }).endorse()
    const status = await (await transaction.submit()).getStatus()
    if (status.code === StatusCode.MVCC_READ_CONFLICT) return undefined
    if (!status.successful) throw new Error(`validation code ${status.code}`)
    const result = Buffer.from(transaction.getResult()).toString()
    const { outcomes } = decodeAnswer(result, commands)
    const verdicts = outcomes.map((outcome) =>
      outcome.status === 'refused' ? outcome.code : outcome.status,
    )
    return { verdicts, blockNumber: String(status.blockNumber) }
  }
}

function isMismatch(error: unknown): boolean {
  const details = error instanceof GatewayError ? error.details : []
  return details.some(({ message }) => message === 'ProposalResponsePayloads do not match')
}
