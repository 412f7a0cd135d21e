import {
  checkBasket,
  give,
  INTO_ESCROW,
  moveTaken,
  OUT_OF_ESCROW,
  readBasket,
  take,
} from './baskets.ts'
import type { Books, Judged, Lot, Refusal, Taken } from './books.ts'
import { compare } from './read-day.ts'
import { clockOf, homeOf, insufficiency, secondsOf } from './books.ts'

interface Bid {
  readonly from: string
  readonly deposit: bigint
  readonly amount: string
  readonly salt: string
  readonly place: number
  readonly content: Taken
  state: 'open' | 'best' | 'lost' | 'won' | 'settled'
}

interface SealedAuction {
  readonly from: string
  readonly asset: string
  readonly minimum: bigint
  readonly item: Taken
  readonly bidsUntil: bigint
  readonly closesAt: bigint
  readonly isForfeited: boolean
  readonly bids: Bid[]
  best: Bid | null
  second: bigint | null
  isOpen: boolean
}

/** Judges a line of sealed auctions. */
export function judgeSealed(books: Books, judged: Judged): Refusal {
  const { action, auction: id, member } = judged.fields
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  if (action === 'open') return open(books, judged)
  const auction = books.contracts.get(`auction ${id}`) as SealedAuction | undefined
  if (!auction) return 'CONTRACT_UNKNOWN'
  if (action === 'commit') return commit(books, auction, judged)
  if (action === 'close') return close(books, auction)
  const bid = auction.bids.find(({ from }) => from === member)
  if (!bid) return 'CONTRACT_UNKNOWN'
  return action === 'reveal' ? reveal(books, auction, bid, judged) : settle(books, auction, bid)
}

function open(books: Books, { date, fields }: Judged): Refusal {
  const { auction: id, member, asset, until } = fields
  if (homeOf(id) !== homeOf(member)) return 'CONTRACT_ELSEWHERE'
  if (books.contracts.has(`auction ${id}`)) return 'CONTRACT_EXISTS'
  if (until < date) return 'LAST_DAY_PAST'
  const [bidsUntil, closesAt] = [secondsOf(fields.bids_until), secondsOf(fields.closes_at)]
  if (bidsUntil <= clockOf(books) || closesAt <= bidsUntil) return 'AUCTION_TIMES_INVALID'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!programme.transferable) return 'NOT_TRANSFERABLE'
  const basket = readBasket(fields.basket)
  const refusal = checkBasket(books, basket, { member, use: 'auction', date })
  if (refusal) return refusal
  const item = take(books, basket, { member, date, state: 'AUCTIONED' })
  moveTaken(books, item, INTO_ESCROW)
  const auction: SealedAuction = {
    from: member,
    asset,
    minimum: BigInt(fields.points),
    item,
    bidsUntil,
    closesAt,
    isForfeited: fields.unrevealed === 'forfeited',
    bids: [],
    best: null,
    second: null,
    isOpen: true,
  }
  books.contracts.set(`auction ${id}`, auction)
  return null
}

function commit(books: Books, auction: SealedAuction, { date, fields }: Judged): Refusal {
  const { member, asset, bid: amount, salt } = fields
  if (member === auction.from) return 'SAME_ACCOUNT'
  if (asset !== auction.asset) return 'BID_DIFFERS'
  if (!auction.isOpen) return 'AUCTION_CLOSED'
  if (clockOf(books) >= auction.bidsUntil) return 'AUCTION_OVER'
  if (auction.bids.some(({ from }) => from === member)) return 'CONTRACT_EXISTS'
  const deposit = BigInt(fields.points)
  if (deposit < auction.minimum) return 'BID_TOO_LOW'
  const short = insufficiency(books, { member, asset, points: deposit, date })
  if (short) return short
  const basket = { points: [{ asset, amount: deposit }], coupons: [] }
  const content = take(books, basket, { member, date, state: 'HELD' })
  moveTaken(books, content, INTO_ESCROW)
  const place = auction.bids.length + 1
  auction.bids.push({ from: member, deposit, amount, salt, place, content, state: 'open' })
  return null
}

function reveal(books: Books, auction: SealedAuction, bid: Bid, { fields }: Judged): Refusal {
  if (bid.state !== 'open') return 'BID_REVEALED'
  if (!auction.isOpen) return 'AUCTION_CLOSED'
  const time = clockOf(books)
  if (time < auction.bidsUntil) return 'REVEAL_NOT_YET'
  if (time >= auction.closesAt) return 'AUCTION_OVER'
  if (fields.bid !== bid.amount || fields.salt !== bid.salt) return 'COMMITMENT_DIFFERS'
  if (BigInt(bid.amount) > bid.deposit) return 'BID_OVER_DEPOSIT'
  const loser = isBetter(auction, bid) ? auction.best : bid
  if (loser !== bid) {
    bid.state = 'best'
    auction.best = bid
  }
  if (loser) lose(books, auction, loser)
  return null
}

/** The deposit goes back; what was bid may be the second best. */
function lose(books: Books, auction: SealedAuction, bid: Bid): void {
  bid.state = 'lost'
  giveOut(books, bid.content, bid.from)
  const beaten = BigInt(bid.amount)
  const isSecond = beaten >= auction.minimum && beaten > (auction.second ?? 0n)
  if (isSecond) auction.second = beaten
}

function isBetter({ best, minimum }: SealedAuction, bid: Bid): boolean {
  const amount = BigInt(bid.amount)
  if (amount < minimum) return false
  if (!best || amount > BigInt(best.amount)) return true
  return amount === BigInt(best.amount) && bid.place < best.place
}

function giveOut(books: Books, content: Taken, to: string): void {
  moveTaken(books, content, OUT_OF_ESCROW)
  give(books, content, to)
}

/** The best bid pays as much as the second best, and gets the rest of its deposit back. */
function close(books: Books, auction: SealedAuction): Refusal {
  if (!auction.isOpen) return 'AUCTION_CLOSED'
  if (clockOf(books) < auction.closesAt) return 'NOT_DUE'
  const { best, second, minimum, item, from, asset } = auction
  auction.isOpen = false
  giveOut(books, item, best?.from ?? from)
  if (!best) return null
  const lots = best.content.points.flatMap((part) => part.lots)
  const { price, rest } = split(lots, second ?? minimum)
  giveOut(books, { points: [{ asset, lots: price }], coupons: [] }, from)
  giveOut(books, { points: [{ asset, lots: rest }], coupons: [] }, best.from)
  best.state = 'won'
  return null
}

/** So much out of lots, of those that expire first. */
function split(lots: readonly Lot[], amount: bigint): { price: Lot[]; rest: Lot[] } {
  const ordered = lots.toSorted((one, other) => compare(one.expires ?? '9', other.expires ?? '9'))
  let left = amount
  const parts = ordered.map((lot) => {
    const part = lot.amount < left ? lot.amount : left
    left -= part
    return { price: { ...lot, amount: part }, rest: { ...lot, amount: lot.amount - part } }
  })
  return {
    price: parts.map(({ price }) => price).filter(isThere),
    rest: parts.map(({ rest }) => rest).filter(isThere),
  }
}

function isThere({ amount }: Lot): boolean {
  return amount > 0n
}

function settle(books: Books, auction: SealedAuction, bid: Bid): Refusal {
  if (bid.state !== 'open' && bid.state !== 'best') return 'BID_SETTLED'
  if (auction.isOpen) return 'NOT_DUE'
  giveOut(books, bid.content, auction.isForfeited ? auction.from : bid.from)
  bid.state = 'settled'
  return null
}
