import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway'
import { peer } from '@hyperledger/fabric-protos'
import type { SiteClient } from './probe-site.ts'

/** A transaction as a block has it. */
export interface Committed {
  readonly blockNumber: number
  readonly txId: string
  readonly code: string
}

const CODE_NAMES = new Map<number, string>(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]),
)

/** Reads the blocks of one peer, in their order. */
export class BlockWatch {
  readonly #blocks: CloseableAsyncIterable<peer.FilteredBlock>
  readonly #iterator: AsyncIterator<peer.FilteredBlock>

  private constructor(blocks: CloseableAsyncIterable<peer.FilteredBlock>) {
    this.#blocks = blocks
    this.#iterator = blocks[Symbol.asyncIterator]()
  }

  static async open({ network }: SiteClient, startBlock: bigint): Promise<BlockWatch> {
    return new BlockWatch(await network.getFilteredBlockEvents({ startBlock }))
  }

  /** Waits for blocks until they have so many transactions; a block is never taken in part. */
  async take(transactions: number): Promise<Committed[]> {
    const taken: Committed[] = []
    while (taken.length < transactions) {
      const next = await this.#iterator.next()
      if (next.done === true) throw new Error('the stream of blocks has ended')
      const { value: block } = next
      for (const transaction of block.getFilteredTransactionsList()) {
        const code = transaction.getTxValidationCode()
        taken.push({
          blockNumber: block.getNumber(),
          txId: transaction.getTxid(),
          code: CODE_NAMES.get(code) ?? String(code),
        })
      }
    }
    return taken
  }

  close(): void {
    this.#blocks.close()
  }
}
