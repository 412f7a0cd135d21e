import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from '../amount.ts'
import type { BestBid, SealedAuction } from '../auction.ts'
import type { StateView } from '../batch-state.ts'
import type { Command } from '../command.ts'
import { isPastDate } from '../contract.ts'
import type { Refusal } from '../errors.ts'
import { refuse } from '../errors.ts'
import type { Release } from '../escrow.ts'
import { release } from '../escrow.ts'
import type { ContractId } from '../identifiers.ts'
import { AccountIdText, ContractIdText, organisationOf } from '../identifiers.ts'
import { accountKey, auctionKey, clockKey, sealedBidKey } from '../keys.ts'
import type { DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { SealedBid } from '../sealed-bid.ts'
import { sealedBidId, sealedBidText } from '../sealed-bid.ts'

const Body = Type.Object(
  {
    auction: ContractIdText,
    from: AccountIdText,
    amount: PositiveAmount,
    salt: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  },
  { additionalProperties: false },
)

/**
 * A member says what a sealed bid was. Unless it is the best by now, its deposit goes back at once;
 * if it is, that of the one before does. So one deposit is left when the auction closes, however many
 * have bid.
 */
export const revealBid = defineRule({
  type: 'RevealBid',
  body: Body,
  subjects: ({ auction }) => [auctionKey(auction)],
  home: ({ auction }) => organisationOf(auction),
  debits: () => [],
  reads({ body: { auction: id, from } }, { sha256 }, subject) {
    const auction = subject(auctionKey(id))
    const best = auction?.form === 'sealed' ? auction.best : undefined
    return [
      accountKey(from),
      clockKey,
      sealedBidKey(sealedBidId(id, from, sha256)),
      ...(best === undefined ? [] : [sealedBidKey(best.bid)]),
    ]
  },
  decide(command, state, context) {
    const { auction: id, from } = command.body
    const auction = state.get(auctionKey(id))
    if (auction?.form !== 'sealed') return refuse('CONTRACT_UNKNOWN', { id })
    const bidId = sealedBidId(id, from, context.sha256)
    const bid = state.get(sealedBidKey(bidId))
    if (bid === undefined) return refuse('CONTRACT_UNKNOWN', { id: bidId })
    const refusal = checkReveal(command, auction, bid, state, context)
    if (refusal !== undefined) return refusal

    // From here it must succeed.
    const amount = BigInt(command.body.amount)
    const mine = { bid: bidId, from, amount, place: bid.place }
    const isBest = isBetter(mine, auction)
    const after = write(auctionKey(id), afterReveal(auction, mine, isBest))
    const lost = isBest ? bestBid(auction, state) : { ...bid, id: bidId, amount }
    const kept = isBest ? [write(sealedBidKey(bidId), { ...bid, amount, status: 'best' })] : []
    if (lost === undefined) return accept([after, ...kept])
    const back = giveBack(lost, state)
    return accept([after, ...kept, ...back.writes], {
      postings: back.postings,
      references: { auction: id, bid: bidId },
    })
  },
})

function checkReveal(
  { body, actor }: Command<Static<typeof Body>>,
  auction: SealedAuction,
  bid: SealedBid,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  if (state.get(accountKey(body.from))?.owner !== actor) return refuse('NOT_AUTHORISED')
  if (bid.status !== 'open') return refuse('BID_REVEALED', { status: bid.status })
  if (auction.status !== 'open') return refuse('AUCTION_CLOSED', { status: auction.status })
  if (isPastDate(auction, context.ledger.cycle.date)) {
    return refuse('CONTRACT_PAST_DATE', { id: body.auction })
  }
  const time = state.get(clockKey)?.time ?? 0n
  if (time < auction.bidsUntil) return refuse('REVEAL_NOT_YET', { from: String(auction.bidsUntil) })
  if (time >= auction.closesAt) return refuse('AUCTION_OVER', { time: String(time) })
  if (context.sha256(sealedBidText(body)) !== bid.commitment) return refuse('COMMITMENT_DIFFERS')
  return BigInt(body.amount) > bid.deposit ? refuse('BID_OVER_DEPOSIT') : undefined
}

function isBetter(mine: BestBid, { best, minimum }: SealedAuction): boolean {
  if (mine.amount < minimum) return false
  if (best === undefined || mine.amount > best.amount) return true
  return mine.amount === best.amount && mine.place < best.place
}

function afterReveal(auction: SealedAuction, mine: BestBid, isBest: boolean): SealedAuction {
  const beaten = isBest ? auction.best?.amount : mine.amount
  if (beaten === undefined) return { ...auction, best: mine }
  const isSecond = beaten >= auction.minimum && beaten > (auction.second ?? 0n)
  return {
    ...auction,
    ...(isBest && { best: mine }),
    ...(isSecond && { second: beaten }),
  }
}

type NamedBid = SealedBid & { readonly id: ContractId }

function bestBid({ best }: SealedAuction, state: StateView): NamedBid | undefined {
  if (best === undefined) return undefined
  const bid = state.get(sealedBidKey(best.bid))
  if (bid === undefined) throw new Error(`no such bid: ${best.bid}`)
  return { ...bid, id: best.bid }
}

/** The deposit of a bid that has lost, as it went in. */
function giveBack({ id, ...bid }: NamedBid, state: StateView): Release {
  const { postings } = release(bid.keeps, { kind: 'bid', id }, bid.from, state)
  return { postings, writes: [write(sealedBidKey(id), { ...bid, status: 'lost', keeps: [] })] }
}
