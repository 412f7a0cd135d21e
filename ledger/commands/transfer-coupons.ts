import { Type } from 'typebox'
import { BasketText, basketCoupons, basketTerms, movePostings, takeBasket } from '../basket.ts'
import type { Basket } from '../basket.ts'
import { afterTransition } from '../coupon-life.ts'
import { refuse } from '../errors.ts'
import { AccountIdText } from '../identifiers.ts'
import { accountKey, couponKey } from '../keys.ts'
import { holdingPath } from '../posting.ts'
import { accept, defineRule, write } from '../rule.ts'

const { coupons: Coupons } = BasketText.properties

/** A member passes coupons to another account. They keep their days. */
export const transferCoupons = defineRule({
  type: 'TransferCoupons',
  body: Type.Object(
    {
      from: AccountIdText,
      to: AccountIdText,
      coupons: Coupons,
      note: Type.Optional(
        Type.String({ maxLength: 140, description: 'seen by all organisations, kept for ever' }),
      ),
    },
    { additionalProperties: false },
  ),
  subjects: ({ coupons }) => basketTerms(basketOf(coupons)),
  home: () => undefined,
  debits: () => [],
  payer: ({ from }) => from,
  reads: ({ body: { from, to, coupons } }) => [
    accountKey(from),
    accountKey(to),
    ...basketCoupons(basketOf(coupons)),
  ],
  decide(command, state, context) {
    const { from, to, coupons, note } = command.body
    const account = state.get(accountKey(from))
    if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
    if (state.get(accountKey(to)) === undefined) return refuse('ACCOUNT_UNKNOWN', { id: to })
    if (account.owner !== command.actor) return refuse('NOT_AUTHORISED')
    if (from === to) return refuse('SAME_ACCOUNT')
    const taken = takeBasket(basketOf(coupons), { account, use: 'transfer' }, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const writes = coupons.map(({ series, serial }) => {
      const coupon = state.get(couponKey(series, serial))
      if (coupon === undefined) throw new Error(`no such coupon: ${series}/${serial}`)
      return write(couponKey(series, serial), afterTransition(coupon, 'transfer', { account: to }))
    })
    return accept(writes, {
      postings: movePostings(taken.content, holdingPath(from), holdingPath(to)),
      references: note === undefined ? {} : { note },
    })
  },
})

function basketOf(coupons: Basket['coupons']): Basket {
  return { points: [], coupons }
}
