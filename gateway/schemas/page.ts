import type { CursorKind } from './cursor.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { pageSizeOf } from './read-query.ts'

export interface PageRequest {
  readonly limit?: string
  readonly cursor?: string
}

export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor?: string
}

/** How the rows of a list are read, from behind a key on, and what becomes of them. */
export interface PageSource<Row, Item> {
  readonly kind: CursorKind
  readonly read: (after: string | undefined, limit: number) => readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly toItem: (row: Row) => Item
}

/**
 * One page of a list by keyset: pages neither repeat nor pass over what was there when the first one
 * was read. Throws REQUEST_MALFORMED on a cursor that is not of this list.
 */
export function pageOf<Row, Item>(
  { limit, cursor }: PageRequest,
  { kind, read, keyOf, toItem }: PageSource<Row, Item>,
): Page<Item> {
  const size = pageSizeOf(limit)
  const after = cursor === undefined ? undefined : decodeCursor(kind, cursor)
  // One row more than is shown tells whether there is another page.
  const rows = read(after, size + 1)
  const shown = rows.slice(0, size)
  const items = shown.map(toItem)
  const last = shown.at(-1)
  if (rows.length <= size || last === undefined) return { items }
  return { items, nextCursor: encodeCursor(kind, keyOf(last)) }
}
