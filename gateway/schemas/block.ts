import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { StoredBlock } from '../projection/queries/block-queries.ts'
import { BlockNumber } from './read-response.ts'

/** The fields of a block as the API answers it. */
export const blockFields = {
  number: BlockNumber,
  hash: Type.String({ description: 'SHA-256 of the header' }),
  previousHash: Type.String(),
  transactionCount: Type.Integer({ description: 'valid or not' }),
}

export const BlockAnswer = Type.Object(blockFields)

export function blockAnswer(block: StoredBlock): Static<typeof BlockAnswer> {
  return { ...block, number: String(block.number) }
}
