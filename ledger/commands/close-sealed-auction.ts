import { Type } from 'typebox'
import type { SealedAuction } from '../auction.ts'
import type { BasketContent } from '../basket-content.ts'
import type { StateView } from '../batch-state.ts'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import type { Release } from '../escrow.ts'
import { keptCoupons, release } from '../escrow.ts'
import type { ContractId } from '../identifiers.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { auctionKey, clockKey, sealedBidKey } from '../keys.ts'
import type { Lot } from '../lot.ts'
import { subtractLots, takeAvailable } from '../lot.ts'
import type { Posting } from '../posting.ts'
import type { Acceptance, DecisionContext } from '../rule.ts'
import { accept, defineRule, write } from '../rule.ts'
import type { SealedBid } from '../sealed-bid.ts'

/**
 * Ends a sealed auction whose time is over: the best bidder gets the item for the second best amount,
 * or the minimum, and the rest of the deposit; the seller is paid in the same entry. Without a bid
 * that was revealed, or when its last business date has passed as well, all goes back. Merely due, so
 * anyone may do it.
 */
export const closeSealedAuction = defineRule({
  type: 'CloseSealedAuction',
  body: Type.Object({ auction: ContractIdText }, { additionalProperties: false }),
  subjects: ({ auction }) => [auctionKey(auction)],
  home: ({ auction }) => organisationOf(auction),
  debits: () => [],
  reads({ body }, _context, subject) {
    const auction = subject(auctionKey(body.auction))
    const best = auction?.form === 'sealed' ? auction.best : undefined
    const bids = best === undefined ? [] : [sealedBidKey(best.bid)]
    return [clockKey, ...bids, ...keptCoupons(auction)]
  },
  decide(command, state, context) {
    const { auction: id } = command.body
    const auction = state.get(auctionKey(id))
    if (auction?.form !== 'sealed') return refuse('CONTRACT_UNKNOWN', { id })
    if (auction.status !== 'open') return refuse('AUCTION_CLOSED', { status: auction.status })
    const isVoid = isPastDate(auction, context.ledger.cycle.date)
    const time = state.get(clockKey)?.time ?? 0n
    if (!isVoid && time < auction.closesAt) return refuse('NOT_DUE', { id })

    // From here it must succeed.
    return ended(id, auction, isVoid, state, context)
  },
})

function ended(
  id: ContractId,
  auction: SealedAuction,
  isVoid: boolean,
  state: StateView,
  context: DecisionContext,
): Acceptance {
  const { best, from: seller } = auction
  const buyer = isVoid ? undefined : best?.from
  const status = isVoid ? 'returned' : buyer === undefined ? 'unsold' : 'sold'
  const item = release(auction.keeps, { kind: 'auction', id }, buyer ?? seller, state)
  const payment = settledBid(auction, status === 'sold', state, context)
  const after = write(auctionKey(id), { ...auction, status, keeps: [] })
  return accept([after, ...item.writes, ...payment.writes], {
    postings: [...item.postings, ...payment.postings],
    references: { auction: id },
  })
}

/** What becomes of the best bid's deposit. */
function settledBid(
  auction: SealedAuction,
  isSold: boolean,
  state: StateView,
  context: DecisionContext,
): Release {
  if (auction.best === undefined) return { postings: [], writes: [] }
  const { bid: id } = auction.best
  const bid = state.get(sealedBidKey(id))
  if (bid === undefined) throw new Error(`no such bid: ${id}`)
  const status = isSold ? 'won' : 'returned'
  const price = isSold ? (auction.second ?? auction.minimum) : 0n
  return {
    postings: paid(id, bid, price, auction, state, context),
    writes: [write(sealedBidKey(id), { ...bid, status, keeps: [] })],
  }
}

function paid(
  id: ContractId,
  { keeps, from, asset }: SealedBid,
  price: bigint,
  { from: seller }: SealedAuction,
  state: StateView,
  context: DecisionContext,
): readonly Posting[] {
  const today = context.ledger.cycle.date
  const escrow = { kind: 'bid', id } as const
  const lots = keeps.flatMap(({ points }) => points.flatMap((part) => part.lots))
  const toSeller = price === 0n ? [] : takeAvailable(lots, price, today)
  const back = price === 0n ? lots : (subtractLots(lots, toSeller, today) ?? [])
  const contentOf = (part: readonly Lot[]): BasketContent[] =>
    part.length === 0 ? [] : [{ points: [{ asset, lots: part }], coupons: [] }]
  return [
    ...release(contentOf(toSeller), escrow, seller, state).postings,
    ...release(contentOf(back), escrow, from, state).postings,
  ]
}
