import { LedgerError } from '../../ledger/index.ts'

const TIMEOUT_MS = 15_000

/** A block that is further away does not come in time. */
const MAX_AHEAD = 1_000n

const MAX_WAITERS = 10_000

interface Waiter {
  readonly blockNumber: bigint
  readonly resolve: () => void
}

/** Those who wait until a block has been applied. */
export class BlockWaiters {
  readonly #waiters = new Set<Waiter>()

  /**
   * Resolves once `tell` has told of the block. Rejects with NOT_YET after 15 s, or at once when the
   * block is more than 1,000 above `height`, the number of the block that is due; with QUEUE_FULL
   * when 10,000 wait.
   */
  async wait(blockNumber: bigint, height: bigint): Promise<void> {
    if (blockNumber < height) return
    if (blockNumber > height + MAX_AHEAD) throw notYet(blockNumber)
    if (this.#waiters.size >= MAX_WAITERS) {
      throw new LedgerError('QUEUE_FULL', { waiters: String(MAX_WAITERS) })
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(notYet(blockNumber))
      }, TIMEOUT_MS)
      const waiter = {
        blockNumber,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      this.#waiters.add(waiter)
    })
  }

  /** Lets go those who waited for a block below `height`. */
  tell(height: bigint): void {
    for (const waiter of this.#waiters) {
      if (waiter.blockNumber >= height) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}

function notYet(blockNumber: bigint): LedgerError {
  return new LedgerError('NOT_YET', { blockNumber: String(blockNumber) })
}
