import type { Network } from '@hyperledger/fabric-gateway'
import type { common } from '@hyperledger/fabric-protos'

/** A peer that has a block begins to deliver it within this time. */
const FIRST_BLOCK_MS = 10_000

/**
 * The blocks from one on that the peer must have already, and then those that it commits, until the
 * signal aborts. Throws when the stream breaks, and when the first block does not come in 10 s.
 */
export async function* blocksFrom(
  network: Network,
  startBlock: bigint,
  signal: AbortSignal,
): AsyncGenerator<common.Block, void, undefined> {
  const blocks = await network.getBlockEvents({ startBlock })
  const close = (): void => blocks.close()
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    close()
  }, FIRST_BLOCK_MS)
  signal.addEventListener('abort', close)
  if (signal.aborted) close()
  try {
    for await (const block of blocks) {
      clearTimeout(timer)
      yield block
    }
  } catch (error) {
    if (!isLate && !signal.aborted) throw error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', close)
    close()
  }
  if (isLate) throw new Error(`the peer does not deliver block ${startBlock}, which was there`)
}

/** Block 0. Throws when the peer does not deliver it, or the signal aborts. */
export async function genesisBlock(network: Network, signal: AbortSignal): Promise<common.Block> {
  for await (const block of blocksFrom(network, 0n, signal)) return block
  throw new Error('the stream ended before block 0')
}
