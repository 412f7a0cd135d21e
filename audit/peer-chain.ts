import type { common } from '@hyperledger/fabric-protos'
import type { PeerConnection } from '../network/fabric/peer-connection.ts'
import { connectPeer } from '../network/fabric/peer-connection.ts'
import type { Evaluate } from './world-state-audit.ts'

/** How an organisation's tools reach its own peer: what a start leaves in `connections/`. */
export type PeerAddress = Parameters<typeof connectPeer>[0]

/** The chain as an organisation's own peer has it. */
export class PeerChain {
  readonly #connection: PeerConnection
  readonly #chaincode: string
  readonly evaluate: Evaluate

  constructor(address: PeerAddress) {
    this.#chaincode = address.chaincode
    this.#connection = connectPeer(address)
    const contract = this.#connection.network.getContract(this.#chaincode)
    this.evaluate = async (name, requestJson) =>
      Buffer.from(await contract.evaluateTransaction(name, requestJson)).toString('utf8')
  }

  /** How many blocks there are. */
  async height(): Promise<number> {
    return Number(await this.#connection.height())
  }

  /** Blocks from one number up to, and not including, another. */
  async *blocks(from: number, to: number): AsyncGenerator<common.Block> {
    if (from >= to) return
    const blocks = await this.#connection.network.getBlockEvents({ startBlock: BigInt(from) })
    let next = from
    try {
      for await (const block of blocks) {
        yield block
        next += 1
        if (next >= to) return
      }
    } finally {
      blocks.close()
    }
  }

  close(): void {
    this.#connection.close()
  }
}
