import {
  checkBasket,
  give,
  INTO_ESCROW,
  moveTaken,
  OUT_OF_ESCROW,
  readBasket,
  take,
} from './baskets.ts'
import type { Books, Judged, Refusal, Taken } from './books.ts'
import { clockOf, countOf, homeOf, insufficiency, secondsOf } from './books.ts'

interface Auction {
  readonly from: string
  readonly asset: string
  readonly minimum: bigint
  readonly increment: bigint
  readonly extension: bigint
  readonly item: Taken
  closesAt: bigint
  best: { readonly from: string; readonly amount: bigint; readonly content: Taken } | null
  isOpen: boolean
}

/** Judges a line of auctions. */
export function judgeAuction(books: Books, judged: Judged): Refusal {
  const { action, auction: id, member } = judged.fields
  if (action === 'tick') return tick(books, judged)
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  if (action === 'open') return openAuction(books, judged)
  const auction = books.contracts.get(`auction ${id}`) as Auction | undefined
  if (!auction) return 'CONTRACT_UNKNOWN'
  return action === 'bid' ? bid(books, auction, judged) : close(books, auction)
}

function tick(books: Books, { organisation, time }: Judged): Refusal {
  const name = `clock ${organisation}`
  if (secondsOf(time) <= countOf(books, name)) return 'TICK_NOT_LATER'
  books.counts.set(name, secondsOf(time))
  return null
}

function openAuction(books: Books, { date, fields }: Judged): Refusal {
  const { auction: id, member, asset, until } = fields
  if (homeOf(id) !== homeOf(member)) return 'CONTRACT_ELSEWHERE'
  if (books.contracts.has(`auction ${id}`)) return 'CONTRACT_EXISTS'
  if (until < date) return 'LAST_DAY_PAST'
  const closesAt = secondsOf(fields.closes_at)
  if (closesAt <= clockOf(books)) return 'AUCTION_TIMES_INVALID'
  const programme = books.programmes.get(asset)
  if (!programme) return 'ASSET_UNKNOWN'
  if (!programme.transferable) return 'NOT_TRANSFERABLE'
  const basket = readBasket(fields.basket)
  const refusal = checkBasket(books, basket, { member, use: 'auction', date })
  if (refusal) return refusal
  const item = take(books, basket, { member, date, state: 'AUCTIONED' })
  moveTaken(books, item, INTO_ESCROW)
  const auction: Auction = {
    from: member,
    asset,
    minimum: BigInt(fields.points),
    increment: BigInt(fields.increment),
    extension: BigInt(fields.extend_seconds),
    item,
    closesAt,
    best: null,
    isOpen: true,
  }
  books.contracts.set(`auction ${id}`, auction)
  return null
}

function bid(books: Books, auction: Auction, { date, fields }: Judged): Refusal {
  const { member, asset } = fields
  if (member === auction.from) return 'SAME_ACCOUNT'
  if (asset !== auction.asset) return 'BID_DIFFERS'
  if (!auction.isOpen) return 'AUCTION_CLOSED'
  const time = clockOf(books)
  if (time >= auction.closesAt) return 'AUCTION_OVER'
  const { best, minimum, increment } = auction
  const amount = BigInt(fields.points)
  if (amount < (best ? best.amount + increment : minimum)) return 'BID_TOO_LOW'
  const short = insufficiency(books, { member, asset, points: amount, date })
  if (short) return short
  const basket = { points: [{ asset, amount }], coupons: [] }
  const content = take(books, basket, { member, date, state: 'HELD' })
  moveTaken(books, content, INTO_ESCROW)
  if (best) moveTaken(books, best.content, OUT_OF_ESCROW)
  if (best) give(books, best.content, best.from)
  auction.best = { from: member, amount, content }
  const extended = time + auction.extension
  if (extended > auction.closesAt) auction.closesAt = extended
  return null
}

function close(books: Books, auction: Auction): Refusal {
  if (!auction.isOpen) return 'AUCTION_CLOSED'
  if (clockOf(books) < auction.closesAt) return 'NOT_DUE'
  const { best, item, from } = auction
  moveTaken(books, item, OUT_OF_ESCROW)
  give(books, item, best?.from ?? from)
  if (best) moveTaken(books, best.content, OUT_OF_ESCROW)
  if (best) give(books, best.content, from)
  auction.isOpen = false
  return null
}
