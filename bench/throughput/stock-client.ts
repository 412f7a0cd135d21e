import { createPrivateKey } from 'node:crypto'
import * as grpc from '@grpc/grpc-js'
import type { Contract, Gateway } from '@hyperledger/fabric-gateway'
import { connect, signers } from '@hyperledger/fabric-gateway'
import type { SeededRandom } from '../../data/seeded-random.ts'
import type { ConnectionProfile } from '../../gateway/index.ts'
import { Latencies } from './latencies.ts'
import type { LoadResult } from './loads.ts'
import { STOCK_CONTRACT } from './stock-contract-name.ts'

export interface StockLoad {
  readonly transfers: number
  /** Transfers that are under way at the same time. */
  readonly inFlight: number
  /** Every transfer credits account 0. */
  readonly isHot: boolean
}

const BALANCE = 1_000_000
const ACCOUNTS_PER_TRANSACTION = 1_000

/** A client as the documentation of Fabric's gateway shows it: its own signer, one transfer each. */
export class StockClient {
  readonly #client: grpc.Client
  readonly #gateway: Gateway
  readonly #contract: Contract
  readonly #accounts: number

  constructor(profile: ConnectionProfile, accounts: number) {
    const root = Buffer.from(profile.tlsRootCertificate)
    this.#client = new grpc.Client(profile.peerAddress, grpc.credentials.createSsl(root))
    this.#gateway = connect({
      client: this.#client,
      identity: {
        mspId: profile.organisation,
        credentials: Buffer.from(profile.client.certificate),
      },
      signer: signers.newPrivateKeySigner(createPrivateKey(profile.client.privateKey)),
    })
    const network = this.#gateway.getNetwork(profile.channel)
    this.#contract = network.getContract(profile.chaincode, STOCK_CONTRACT)
    this.#accounts = accounts
  }

  async open(): Promise<void> {
    for (let first = 0; first < this.#accounts; first += ACCOUNTS_PER_TRANSACTION) {
      const count = Math.min(ACCOUNTS_PER_TRANSACTION, this.#accounts - first)
      await this.#contract.submitTransaction('Open', String(first), String(count), String(BALANCE))
    }
  }

  /** Transfers between accounts, the next one of each client when its last one is committed. */
  async load({ transfers, inFlight, isHot }: StockLoad, random: SeededRandom): Promise<LoadResult> {
    const started = performance.now()
    const latencies = new Latencies()
    let [left, accepted, refused] = [transfers, 0, 0]
    const client = async (): Promise<void> => {
      while (left > 0) {
        left -= 1
        const from = 1 + random.below(this.#accounts - 1)
        const other = 1 + ((from + random.below(this.#accounts - 2)) % (this.#accounts - 1))
        const sent = performance.now()
        const isCommitted = await this.#transfer(from, isHot ? 0 : other)
        latencies.add(performance.now() - sent)
        if (isCommitted) accepted += 1
        else refused += 1
      }
    }
    await Promise.all(Array.from({ length: inFlight }, client))
    const elapsedMs = performance.now() - started
    return { accepted, refused, codes: { conflict: refused }, elapsedMs, latencies }
  }

  /** Whether all accounts together have what they had at the start. */
  async isConserved(): Promise<boolean> {
    let total = 0
    for (let first = 0; first < this.#accounts; first += ACCOUNTS_PER_TRANSACTION) {
      const count = Math.min(ACCOUNTS_PER_TRANSACTION, this.#accounts - first)
      const part = await this.#contract.evaluateTransaction('Total', String(first), String(count))
      total += Number(Buffer.from(part).toString('utf8'))
    }
    return total === this.#accounts * BALANCE
  }

  close(): void {
    this.#gateway.close()
    this.#client.close()
  }

  async #transfer(from: number, to: number): Promise<boolean> {
    try {
      await this.#contract.submitTransaction('Transfer', String(from), String(to), '1')
      return true
    } catch {
      // A conflict, at endorsement or at commit: it has not happened.
      return false
    }
  }
}
