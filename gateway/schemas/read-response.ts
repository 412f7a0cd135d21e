import type { TProperties, TSchema } from 'typebox'
import { Type } from 'typebox'
import { Problem } from './problem.ts'

export const asOfBlock = Type.String({
  description: 'the last block that the answer takes into account',
  examples: ['12'],
})

const problemResponse = {
  description: 'why the request was refused',
  content: { 'application/problem+json': { schema: Problem } },
} as const

/** A whole number as decimal text; it can exceed 64 bits. */
export const Amount = Type.String({ pattern: '^-?[0-9]+$', examples: ['100'] })

export const BlockNumber = Type.String({ pattern: '^[0-9]+$', examples: ['12'] })

/** The responses of a read: the fields of its answer besides `asOfBlock`, and problems. */
export function readResponses<Fields extends TProperties>(fields: Fields) {
  return { 200: Type.Object({ asOfBlock, ...fields }), default: problemResponse }
}

/** The responses of a list of such items. */
export function listResponses<Item extends TSchema>(item: Item) {
  return readResponses({
    items: Type.Array(item),
    nextCursor: Type.Optional(Type.String({ description: 'absent on the last page' })),
  })
}
