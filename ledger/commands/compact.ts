import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { TransactionIdText } from '../identifiers.ts'
import type { Key } from '../keys.ts'
import { deltaKey } from '../keys.ts'
import type { Delta } from '../records.ts'
import { accept, defineRule, remove, write } from '../rule.ts'

/** As many as can be read and deleted without keeping others waiting. */
export const MAX_COMPACTED_DELTAS = 500

/**
 * Puts several deltas of an account path into one. They are named one by one, so that no range is
 * read and nobody who posts to the account can get in its way. Changes no balance and posts no
 * entry, so anyone may do it. A delta that is not there any more leaves no trace: another
 * compaction took it in.
 */
export const compact = defineRule({
  type: 'Compact',
  body: Type.Object(
    {
      account: Type.String({
        pattern: '^[0-9]{4}(/[A-Za-z0-9:.-]{1,81}){0,3}$',
        description: 'a code, or an account of one, of which deltas are kept',
        examples: ['7104'],
      }),
      asset: Type.String({
        pattern: '^[A-Za-z0-9:.-]{1,80}$',
        examples: ['mall:star:point'],
      }),
      deltas: Type.Array(TransactionIdText, {
        minItems: 2,
        maxItems: MAX_COMPACTED_DELTAS,
        uniqueItems: true,
        description: 'the last parts of their keys',
      }),
    },
    { additionalProperties: false },
  ),
  subjects: () => [],
  home: () => undefined,
  debits: () => [],
  reads: ({ body }) => keysOf(body),
  decide(command, state, context) {
    const { account, asset } = command.body
    const keys = keysOf(command.body)
    let sum: Delta = { debit: 0n, credit: 0n }
    for (const key of keys) {
      const delta = state.get(key)
      if (delta === undefined) return refuse('DELTA_UNKNOWN', { key: key.name })
      sum = { debit: sum.debit + delta.debit, credit: sum.credit + delta.credit }
    }
    // Not the transaction's id: under that stands what its own entries post to the account.
    const name = context.sha256(`compact/${command.actor}/${command.id}`)
    return accept([...keys.map(remove), write(deltaKey(account, asset, name), sum)])
  },
})

function keysOf({
  account,
  asset,
  deltas,
}: {
  readonly account: string
  readonly asset: string
  readonly deltas: readonly string[]
}): Key<Delta>[] {
  return deltas.map((name) => deltaKey(account, asset, name))
}
