import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { decodeAnswer, LANES } from '../../ledger/index.ts'
import type { SiteClient } from '../../test/conformance/probe-site.ts'
import { connectTo } from '../../test/conformance/probe-site.ts'
import { signed } from '../../test/support/world.ts'

/** A purchase for which the programmes give ten points. */
const SPEND_FEN = 100
export const POINTS_PER_CREDIT = 10
/** Lanes that no gateway comes to use. */
const FIRST_LANE = LANES - 8
const QUOTA = '1000000000'
const ATTEMPTS = 100
const RETRY_MS = 100

/**
 * Awards to one account in transactions of its own, past the gateways, which would put them into
 * few: every programme in every transaction is one uncompacted credit of the account.
 */
export class CreditSeeder {
  readonly #client: SiteClient
  readonly #account: string
  readonly #organisation: string
  #receipts = 0

  constructor(profile: ConnectionProfile, account: string) {
    this.#client = connectTo(profile)
    this.#organisation = profile.organisation
    this.#account = account
  }

  /** Fills the lanes with quota of the programmes. */
  async open(assets: readonly string[]): Promise<void> {
    for (let lane = FIRST_LANE; lane < LANES; lane += 1) {
      const refills = assets.map((asset) =>
        signed('RefillQuota', this.#organisation, { asset, needed: QUOTA, amount: QUOTA }),
      )
      await this.#submit(lane, refills)
    }
  }

  /** So many transactions, each with one credit of every asset. Resolves with their ids. */
  async seed(transactions: number, assets: readonly string[]): Promise<readonly string[]> {
    const ids: string[] = []
    let left = transactions
    const lanes = Array.from({ length: LANES - FIRST_LANE }, (_, index) => FIRST_LANE + index)
    await Promise.all(
      lanes.map(async (lane) => {
        while (left > 0) {
          left -= 1
          ids.push(
            await this.#submit(
              lane,
              assets.map((asset) => this.#award(asset)),
            ),
          )
        }
      }),
    )
    return ids
  }

  /** What the contract itself says of the account, with the credits of these transactions. */
  async readByContract(asset: string, credits: readonly string[]): Promise<void> {
    const request = JSON.stringify({ account: this.#account, asset, credits })
    await this.#client.contract.evaluateTransaction('GetAccount', request)
  }

  close(): void {
    this.#client.close()
  }

  #award(asset: string): SignedCommand {
    this.#receipts += 1
    return signed('IssuePoints', `${this.#organisation}:till`, {
      asset,
      to: this.#account,
      spendFen: String(SPEND_FEN),
      receipt: `seed-${String(this.#receipts)}`,
      store: 'M-1',
      funder: this.#organisation,
    })
  }

  /** Tries again when a peer had not got the lane's last transaction yet when it endorsed. */
  async #submit(lane: number, commands: readonly SignedCommand[]): Promise<string> {
    const request = JSON.stringify({ lane, fold: [], commands })
    for (let attempt = 1; ; attempt += 1) {
      try {
        const proposal = this.#client.contract.newProposal('Submit', { arguments: [request] })
        const transaction = await proposal.endorse()
        const answer = decodeAnswer(Buffer.from(transaction.getResult()).toString(), commands)
        const refused = answer.outcomes.find(({ status }) => status === 'refused')
        if (refused !== undefined) throw new Error(JSON.stringify(refused))
        const status = await (await transaction.submit()).getStatus()
        if (status.successful) return transaction.getTransactionId()
        throw new Error(`validation code ${String(status.code)}`)
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
        await sleep(RETRY_MS)
      }
    }
  }
}
