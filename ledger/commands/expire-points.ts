import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { AccountIdText, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, programmeKey } from '../keys.ts'
import { lotStatus, mergeLots, sumLots } from '../lot.ts'
import { EXPIRED, holdingPath, MAX_POSTED_LOTS } from '../posting.ts'
import { accept, defineRule } from '../rule.ts'

/** Books out what a holding has past its date. Merely due, so anyone may do it. */
export const expirePoints = defineRule({
  type: 'ExpirePoints',
  body: Type.Object(
    { asset: PointsAssetIdText, account: AccountIdText },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [programmeKey(asset)],
  home: () => undefined,
  debits: ({ account, asset }) => [{ account, asset }],
  reads: ({ body }) => [accountKey(body.account)],
  decide(command, state, context) {
    const { asset, account } = command.body
    const today = context.ledger.cycle.date
    if (state.get(programmeKey(asset)) === undefined) return refuse('ASSET_UNKNOWN', { asset })
    if (state.get(accountKey(account)) === undefined) {
      return refuse('ACCOUNT_UNKNOWN', { id: account })
    }
    // No more at once than an entry can hold that is to be brought back; the rest stays due.
    const lots = mergeLots(state.lots(account, asset), today)
      .filter((lot) => lotStatus(lot, today) === 'expired')
      .slice(0, MAX_POSTED_LOTS)
    if (lots.length === 0) return refuse('NOTHING_TO_EXPIRE')

    // From here it must succeed.
    const amount = sumLots(lots)
    return accept([], {
      postings: [
        { account: holdingPath(account), asset, side: 'debit', amount, lots },
        { account: EXPIRED, asset, side: 'credit', amount },
      ],
      references: {},
    })
  },
})
