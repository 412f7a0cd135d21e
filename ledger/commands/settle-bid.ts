import { Type } from 'typebox'
import { refuse } from '../errors.ts'
import { release } from '../escrow.ts'
import { ContractIdText, organisationOf } from '../identifiers.ts'
import { auctionKey, sealedBidKey } from '../keys.ts'
import { accept, defineRule, write } from '../rule.ts'

/**
 * What becomes of a bid that nobody revealed, once its auction is closed: by the rule that the auction
 * stated its deposit goes to the seller or back; back in any case when the auction itself was
 * returned. Merely due, so anyone may do it.
 */
export const settleBid = defineRule({
  type: 'SettleBid',
  body: Type.Object({ bid: ContractIdText }, { additionalProperties: false }),
  subjects: ({ bid }) => [sealedBidKey(bid)],
  home: ({ bid }) => organisationOf(bid),
  debits: () => [],
  reads({ body }, _context, subject) {
    const bid = subject(sealedBidKey(body.bid))
    return bid === undefined ? [] : [auctionKey(bid.auction)]
  },
  decide(command, state) {
    const { bid: id } = command.body
    const bid = state.get(sealedBidKey(id))
    if (bid === undefined) return refuse('CONTRACT_UNKNOWN', { id })
    if (!['open', 'best'].includes(bid.status)) return refuse('BID_SETTLED', { status: bid.status })
    const auction = state.get(auctionKey(bid.auction))
    if (auction?.form !== 'sealed') throw new Error(`a bid without its auction: ${id}`)
    if (auction.status === 'open') return refuse('NOT_DUE', { id })

    // From here it must succeed.
    const isForfeited = auction.status !== 'returned' && auction.unrevealed === 'forfeited'
    const to = isForfeited ? auction.from : bid.from
    const { postings } = release(bid.keeps, { kind: 'bid', id }, to, state)
    const status = isForfeited ? 'forfeited' : 'returned'
    return accept([write(sealedBidKey(id), { ...bid, status, keeps: [] })], {
      postings,
      references: { auction: bid.auction, bid: id },
    })
  },
})
