import { Type } from 'typebox'
import { itemEntry, openedSale, openingParts, saleFields, takeItem } from '../auction-opening.ts'
import { ClockTimeText } from '../clock.ts'
import { auctionKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * A member puts a basket up for sealed bids: made until `bidsUntil`, revealed from then until
 * `closesAt`, both by the ledger's clock. It says beforehand what becomes of bids that stay sealed.
 */
export const openSealedAuction = defineRule({
  type: 'OpenSealedAuction',
  body: Type.Object(
    {
      ...saleFields,
      bidsUntil: ClockTimeText,
      unrevealed: Type.Union([Type.Literal('forfeited'), Type.Literal('returned')], {
        description: 'whether the deposit of a bid that nobody revealed goes to the seller or back',
      }),
    },
    { additionalProperties: false },
  ),
  ...openingParts,
  decide(command, state, context) {
    const { body } = command
    const taken = takeItem(command, [body.bidsUntil, body.closesAt], state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const opened = write(auctionKey(body.auction), {
      ...openedSale(body, taken, state),
      form: 'sealed',
      bidsUntil: BigInt(body.bidsUntil),
      unrevealed: body.unrevealed,
      bids: 0,
    })
    return accept([opened, ...taken.writes], itemEntry(body, taken))
  },
})
