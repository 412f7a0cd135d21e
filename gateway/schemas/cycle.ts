import { Type } from 'typebox'

/** A settlement cycle in a query. */
export const CycleText = Type.String({
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}\\.[1-9][0-9]{0,2}$',
  examples: ['2026-12-01.1'],
})
