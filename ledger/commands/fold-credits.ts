import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { AccountIdText, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, programmeKey } from '../keys.ts'
import { defineRule } from '../rule.ts'

/**
 * Takes the credits that the fold names into a holding's base, so that one with more of them than
 * a transaction can name comes within reach of a debit. Changes no balance, so anyone may do it.
 */
export const foldCredits = defineRule({
  type: 'FoldCredits',
  body: Type.Object(
    { asset: PointsAssetIdText, account: AccountIdText },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [programmeKey(asset)],
  home: () => undefined,
  debits: ({ account, asset }) => [{ account, asset }],
  reads: ({ body }) => [accountKey(body.account)],
  decide(command, state) {
    const { asset, account } = command.body
    if (state.get(programmeKey(asset)) === undefined) return refuse('ASSET_UNKNOWN', { asset })
    if (state.get(accountKey(account)) === undefined) {
      return refuse('ACCOUNT_UNKNOWN', { id: account })
    }
    if (!state.hasCreditsToFold(account, asset)) return refuse('NOTHING_TO_FOLD')
    return { ok: true, writes: [], folds: [{ account, asset }] }
  },
})
