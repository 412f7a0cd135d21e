import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import { itemEntry, openedSale, openingParts, saleFields, takeItem } from '../auction-opening.ts'
import { auctionKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

const MAX_EXTENSION = 3600

/**
 * A member puts a basket up for bids in points, each seen by all. It ends at `closesAt` by the ledger's
 * clock; a bid shortly before that puts the end off.
 */
export const openAuction = defineRule({
  type: 'OpenAuction',
  body: Type.Object(
    {
      ...saleFields,
      increment: PositiveAmount,
      extendSeconds: Type.Integer({ minimum: 0, maximum: MAX_EXTENSION }),
    },
    { additionalProperties: false },
  ),
  ...openingParts,
  decide(command, state, context) {
    const { body } = command
    const taken = takeItem(command, [body.closesAt], state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const opened = write(auctionKey(body.auction), {
      ...openedSale(body, taken, state),
      form: 'english',
      increment: BigInt(body.increment),
      extendSeconds: BigInt(body.extendSeconds),
    })
    return accept([opened, ...taken.writes], itemEntry(body, taken))
  },
})
