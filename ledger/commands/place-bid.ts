import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import type { EnglishAuction } from '../auction.ts'
import { movePostings } from '../basket.ts'
import type { BasketContent } from '../basket-content.ts'
import { checkBidder, takeBid } from '../bidding.ts'
import { refuse } from '../errors.ts'
import { release } from '../escrow.ts'
import { AccountIdText, ContractIdText, organisationOf, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, auctionKey, clockKey } from '../keys.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * A member bids in an English auction. The points are put aside, and the bid that is beaten goes back
 * in the same entry. All bids of an auction go through one gateway, so that they do not meet.
 */
export const placeBid = defineRule({
  type: 'PlaceBid',
  body: Type.Object(
    {
      auction: ContractIdText,
      from: AccountIdText,
      asset: PointsAssetIdText,
      amount: PositiveAmount,
    },
    { additionalProperties: false },
  ),
  subjects: ({ auction }) => [auctionKey(auction)],
  home: ({ auction }) => organisationOf(auction),
  debits: ({ from, asset }) => [{ account: from, asset }],
  reads: ({ body }) => [accountKey(body.from), clockKey],
  decide(command, state, context) {
    const { auction: id, from } = command.body
    const auction = state.get(auctionKey(id))
    if (auction?.form !== 'english') return refuse('CONTRACT_UNKNOWN', { id })
    const refusal = checkBidder(command, auction, auction.closesAt, state, context)
    if (refusal !== undefined) return refusal
    const amount = BigInt(command.body.amount)
    const least = leastBid(auction)
    if (amount < least) return refuse('BID_TOO_LOW', { least: String(least) })
    const taken = takeBid(command.body, amount, auction, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const [item, beaten] = auction.keeps
    if (item === undefined) throw new Error(`an open auction without an item: ${id}`)
    const beatenTo = auction.best?.from ?? ''
    const back = release(
      beaten === undefined ? [] : [beaten],
      { kind: 'auction', id },
      beatenTo,
      state,
    )
    const time = state.get(clockKey)?.time ?? 0n
    const best = { from, amount, content: taken.content }
    return accept([write(auctionKey(id), afterBid(auction, item, best, time))], {
      postings: [
        ...movePostings(taken.content, holdingPath(from), escrowPath('auction', id)),
        ...back.postings,
      ],
      references: { auction: id },
    })
  },
})

function leastBid({ minimum, increment, best }: EnglishAuction): bigint {
  return best === undefined ? minimum : best.amount + increment
}

interface Best {
  readonly from: string
  readonly amount: bigint
  readonly content: BasketContent
}

function afterBid(
  auction: EnglishAuction,
  item: BasketContent,
  { from, amount, content }: Best,
  time: bigint,
): EnglishAuction {
  const { closesAt, extendSeconds, parties } = auction
  const extended = time + extendSeconds
  return {
    ...auction,
    best: { from, amount },
    closesAt: extended > closesAt ? extended : closesAt,
    parties: parties.includes(from) ? parties : [...parties, from],
    keeps: [item, content],
  }
}
