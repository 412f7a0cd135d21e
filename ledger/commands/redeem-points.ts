import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { postClearing } from '../clearing.ts'
import { refuse } from '../errors.ts'
import {
  AccountIdText,
  OrganisationIdText,
  PointsAssetIdText,
  ReferenceText,
} from '../identifiers.ts'
import { accountKey, orderKey, programmeKey } from '../keys.ts'
import { takeAvailable } from '../lot.ts'
import { holdingPath, REDEEMED } from '../posting.ts'
import { accept, defineRule, write } from '../rule.ts'
import { refuseShort, shortfall } from '../sufficiency.ts'

/**
 * A member pays a merchant's order with points. What the issuer owes the acceptor is posted to
 * clearing in the same entry.
 */
export const redeemPoints = defineRule({
  type: 'RedeemPoints',
  body: Type.Object(
    {
      asset: PointsAssetIdText,
      from: AccountIdText,
      amount: PositiveAmount,
      acceptor: OrganisationIdText,
      store: ReferenceText,
      order: ReferenceText,
    },
    { additionalProperties: false },
  ),
  subjects: ({ asset }) => [programmeKey(asset)],
  clears: true,
  home: () => undefined,
  debits: ({ from, asset }) => [{ account: from, asset }],
  reads: ({ body }) => [accountKey(body.from), orderKey(body.acceptor, body.order, body.from)],
  decide(command, state, context) {
    const { asset, from, acceptor, store, order } = command.body
    const today = context.ledger.cycle.date
    const programme = state.get(programmeKey(asset))
    if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
    const payer = state.get(accountKey(from))
    if (payer === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (payer.owner !== command.actor) return refuse('NOT_AUTHORISED')
    if (!programme.acceptors.includes(acceptor)) return refuse('NOT_ACCEPTED', { acceptor })
    const paid = orderKey(acceptor, order, from)
    if (state.get(paid) !== undefined) return refuse('ORDER_PAID', { order })
    const amount = BigInt(command.body.amount)
    const held = state.lots(from, asset)
    const short = shortfall(held, amount, today)
    if (short !== undefined) return refuseShort(short, payer, asset, state, context)

    // From here it must succeed.
    const lots = takeAvailable(held, amount, today)
    const clearing = postClearing({
      debtor: programme.issuer,
      creditor: acceptor,
      points: amount,
      pricePerPoint: programme.pricePerPoint,
      cycle: context.cycle,
    })
    return accept([write(paid, { actor: command.actor, commandId: command.id })], {
      postings: [
        { account: holdingPath(from), asset, side: 'debit', amount, lots },
        { account: REDEEMED, asset, side: 'credit', amount },
        ...clearing.postings,
      ],
      references: { acceptor, store, order, ...clearing.references },
    })
  },
})
