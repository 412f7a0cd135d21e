import { Type } from 'typebox'

export const MAX_PAGE_SIZE = 500
const DEFAULT_PAGE_SIZE = 50

const minBlock = Type.Optional(
  Type.String({
    pattern: '^(0|[1-9][0-9]{0,17})$',
    description: 'answer only once this block has been applied',
    examples: ['12'],
  }),
)

/** The query of every read. Query values are text and are not converted. */
export const ReadQuery = Type.Object({ minBlock }, { additionalProperties: false })

/** What the query of a list has besides its own filters. */
export const pageFields = {
  minBlock,
  limit: Type.Optional(
    Type.String({
      pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$',
      description: `how many items at most, 1 to ${MAX_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} when absent`,
      examples: ['50'],
    }),
  ),
  cursor: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,400}$',
      description: 'the nextCursor of the page before',
    }),
  ),
}

export const PageQuery = Type.Object(pageFields, { additionalProperties: false })

export function pageSizeOf(limit: string | undefined): number {
  return limit === undefined ? DEFAULT_PAGE_SIZE : Number(limit)
}
