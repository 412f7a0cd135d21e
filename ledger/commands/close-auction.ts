import { Type } from 'typebox'
import type { EnglishAuction } from '../auction.ts'
import type { StateView } from '../batch-state.ts'
import { isPastDate } from '../contract.ts'
import { refuse } from '../errors.ts'
import type { Release } from '../escrow.ts'
import { keptCoupons, release } from '../escrow.ts'
import type { ContractId } from '../identifiers.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { auctionKey, clockKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * Ends an English auction whose time is over: the item goes to the best bidder and the bid to the
 * seller, in one entry. Without a bid, or when its last business date has passed as well, everybody
 * gets back what was put in. Merely due, so anyone may do it.
 */
export const closeAuction = defineRule({
  type: 'CloseAuction',
  body: Type.Object({ auction: ContractIdText }, { additionalProperties: false }),
  subjects: ({ auction }) => [auctionKey(auction)],
  home: ({ auction }) => organisationOf(auction),
  debits: () => [],
  reads: ({ body }, _context, subject) => [
    clockKey,
    ...keptCoupons(subject(auctionKey(body.auction))),
  ],
  decide(command, state, context) {
    const { auction: id } = command.body
    const auction = state.get(auctionKey(id))
    if (auction?.form !== 'english') return refuse('CONTRACT_UNKNOWN', { id })
    if (auction.status !== 'open') return refuse('AUCTION_CLOSED', { status: auction.status })
    const isVoid = isPastDate(auction, context.ledger.cycle.date)
    const time = state.get(clockKey)?.time ?? 0n
    if (!isVoid && time < auction.closesAt) return refuse('NOT_DUE', { id })

    // From here it must succeed.
    const status = isVoid ? 'returned' : auction.best === undefined ? 'unsold' : 'sold'
    const { postings, writes } = settlement(id, auction, status === 'sold', state)
    const after = write(auctionKey(id), { ...auction, status, keeps: [] })
    return accept([after, ...writes], { postings, references: { auction: id } })
  },
})

function settlement(
  id: ContractId,
  { keeps, from: seller, best }: EnglishAuction,
  isSold: boolean,
  state: StateView,
): Release {
  const escrow = { kind: 'auction', id } as const
  const bidder = best?.from ?? seller
  const [itemTo, bidTo] = isSold ? [bidder, seller] : [seller, bidder]
  const item = release(keeps.slice(0, 1), escrow, itemTo, state)
  const bid = release(keeps.slice(1), escrow, bidTo, state)
  return { postings: [...item.postings, ...bid.postings], writes: item.writes }
}
