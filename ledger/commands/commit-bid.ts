import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import type { SealedAuction } from '../auction.ts'
import { movePostings } from '../basket.ts'
import { checkBidder, takeBid } from '../bidding.ts'
import { refuse } from '../errors.ts'
import { AccountIdText, ContractIdText, organisationOf, PointsAssetIdText } from '../identifiers.ts'
import { accountKey, auctionKey, clockKey, sealedBidKey } from '../keys.ts'
import { escrowPath, holdingPath } from '../posting.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { SealedBid } from '../sealed-bid.ts'
import { sealedBidId } from '../sealed-bid.ts'

const Body = Type.Object(
  {
    auction: ContractIdText,
    from: AccountIdText,
    asset: PointsAssetIdText,
    deposit: PositiveAmount,
    commitment: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  { additionalProperties: false },
)

/**
 * A member makes a sealed bid: a commitment to an amount, and a deposit that is no less. Bids get
 * their place in the order in which they come.
 */
export const commitBid = defineRule({
  type: 'CommitBid',
  body: Body,
  subjects: ({ auction }) => [auctionKey(auction)],
  home: ({ auction }) => organisationOf(auction),
  debits: ({ from, asset }) => [{ account: from, asset }],
  reads: ({ body: { auction, from } }, { sha256 }) => [
    accountKey(from),
    clockKey,
    sealedBidKey(sealedBidId(auction, from, sha256)),
  ],
  decide(command, state, context) {
    const { auction: id, from } = command.body
    const auction = state.get(auctionKey(id))
    if (auction?.form !== 'sealed') return refuse('CONTRACT_UNKNOWN', { id })
    const refusal = checkBidder(command, auction, auction.bidsUntil, state, context)
    if (refusal !== undefined) return refusal
    const bid = sealedBidId(id, from, context.sha256)
    if (state.get(sealedBidKey(bid)) !== undefined) return refuse('CONTRACT_EXISTS', { id: bid })
    const deposit = BigInt(command.body.deposit)
    if (deposit < auction.minimum) {
      return refuse('BID_TOO_LOW', { least: String(auction.minimum) })
    }
    const taken = takeBid(command.body, deposit, auction, state, context)
    if (!taken.ok) return taken

    // From here it must succeed.
    const made = { ...bidOf(command.body, auction), keeps: [taken.content] }
    const after = { ...auction, bids: made.place }
    return accept([write(auctionKey(id), after), write(sealedBidKey(bid), made)], {
      postings: movePostings(taken.content, holdingPath(from), escrowPath('bid', bid)),
      references: { auction: id, bid },
    })
  },
})

function bidOf(
  { auction: id, from, asset, deposit, commitment }: Static<typeof Body>,
  { bids, closesAt, dueOn }: SealedAuction,
): SealedBid {
  return {
    status: 'open',
    parties: [from, id],
    keeps: [],
    auction: id,
    from,
    asset,
    commitment,
    deposit: BigInt(deposit),
    place: bids + 1,
    closesAt,
    ...(dueOn !== undefined && { dueOn }),
  }
}
