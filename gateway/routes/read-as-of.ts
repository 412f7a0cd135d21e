import { LedgerError } from '../../ledger/index.ts'
import type { ReadServices } from '../read-services.ts'

/**
 * Answers from the projection as of its last block, after waiting for `minBlock` if it is asked for.
 * `read` runs in one go with looking up that block, so that none can be applied in between. Throws
 * NOT_YET when the block does not come in time, or none has come at all; a NOT_FOUND says as of which
 * block there is nothing.
 */
export async function readAsOf<Answer extends object>(
  { projection, waitForBlock }: ReadServices,
  { minBlock }: { readonly minBlock?: string },
  read: () => Answer,
): Promise<Answer & { readonly asOfBlock: string }> {
  if (minBlock !== undefined) await waitForBlock(BigInt(minBlock))
  const checkpoint = projection.checkpoint()
  if (checkpoint === undefined) throw new LedgerError('NOT_YET', { minBlock: minBlock ?? '0' })
  const asOfBlock = String(checkpoint.blockNumber)
  try {
    return { asOfBlock, ...read() }
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'NOT_FOUND') throw error
    throw new LedgerError('NOT_FOUND', { ...error.detail, asOfBlock })
  }
}
