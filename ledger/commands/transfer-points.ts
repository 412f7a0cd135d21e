import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, programmeKey } from '../keys.ts'
import { takeAvailable } from '../lot.ts'
import { holdingPath } from '../posting.ts'
import { accept, defineRule } from '../rule.ts'
import { refuseShort, shortfall } from '../sufficiency.ts'

/** A member passes points to another account. The lots keep their expiry. */
export const transferPoints = defineRule({
  type: 'TransferPoints',
  body: Type.Object(
    {
      asset: PointsAssetIdText,
      from: AccountIdText,
      to: AccountIdText,
      amount: PositiveAmount,
      note: Type.Optional(
        Type.String({ maxLength: 140, description: 'seen by all organisations, kept for ever' }),
      ),
    },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [programmeKey(asset)],
  home: () => undefined,
  debits: ({ from, asset }) => [{ account: from, asset }],
  reads: ({ body }) => [accountKey(body.from), accountKey(body.to)],
  decide(command, state, context) {
    const { asset, from, to, note } = command.body
    const today = context.ledger.cycle.date
    const programme = state.get(programmeKey(asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const payer = state.get(accountKey(from))
    if (payer === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (state.get(accountKey(to)) === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
    if (payer.owner !== command.actor) return refuse('NOT_AUTHORISED')
    if (from === to) return refuse('SAME_ACCOUNT')
    if (!programme.transferable) return refuse('NOT_TRANSFERABLE', { asset })
    const amount = BigInt(command.body.amount)
    const held = state.lots(from, asset)
    const short = shortfall(held, amount, today)
    if (short !== undefined) return refuseShort(short, payer, asset, state, context)

    // From here it must succeed.
    const lots = takeAvailable(held, amount, today)
    return accept([], {
      postings: [
        { account: holdingPath(from), asset, side: 'debit', amount, lots },
        { account: holdingPath(to), asset, side: 'credit', amount, lots },
      ],
      references: note === undefined ? {} : { note },
    })
  },
})
