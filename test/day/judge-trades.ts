import { hash } from 'node:crypto'
import {
  checkBasket,
  checkTerms,
  give,
  INTO_ESCROW,
  moveTaken,
  OUT_OF_ESCROW,
  readBasket,
  take,
} from './baskets.ts'
import type { Books, Judged, Lot, Refusal, Taken } from './books.ts'
import { homeOf, sumOfLots } from './books.ts'

interface Gift {
  readonly from: string
  readonly shares: bigint | null
  readonly seed: string
  readonly claims: string[]
  keeps: Taken
  isOpen: boolean
}

/** Judges a line of gifts. */
export function judgeGift(books: Books, judged: Judged): Refusal {
  const { action, gift: id, member } = judged.fields
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  if (action === 'open') return openGift(books, judged)
  const gift = books.contracts.get(`gift ${id}`) as Gift | undefined
  if (!gift) return 'CONTRACT_UNKNOWN'
  return action === 'claim' ? claimGift(books, gift, judged) : recallGift(books, gift, member)
}

function openGift(books: Books, { date, fields }: Judged): Refusal {
  const { gift: id, member, shares, seed, until } = fields
  if (homeOf(id) !== homeOf(member)) return 'CONTRACT_ELSEWHERE'
  if (books.contracts.has(`gift ${id}`)) return 'CONTRACT_EXISTS'
  if (until < date) return 'LAST_DAY_PAST'
  const basket = readBasket(fields.basket)
  const [first] = basket.points
  if (shares !== '') {
    if (!first || basket.points.length > 1 || basket.coupons.length > 0) return 'NOT_SHARED_POINTS'
    if (first.amount < BigInt(shares)) return 'TOO_MANY_SHARES'
  }
  const refusal = checkBasket(books, basket, { member, use: 'gift', date })
  if (refusal) return refusal
  const keeps = take(books, basket, { member, date, state: 'GIFTED' })
  moveTaken(books, keeps, INTO_ESCROW)
  const count = shares === '' ? null : BigInt(shares)
  const gift: Gift = { from: member, shares: count, seed, claims: [], keeps, isOpen: true }
  books.contracts.set(`gift ${id}`, gift)
  return null
}

function claimGift(books: Books, gift: Gift, { fields }: Judged): Refusal {
  const { member, seed, signed_for: signedFor } = fields
  if (member === gift.from) return 'SAME_ACCOUNT'
  if (gift.claims.includes(member)) return 'SHARE_TAKEN'
  if (!gift.isOpen) return 'GIFT_CLOSED'
  if (seed !== gift.seed) return 'SEED_INVALID'
  if (signedFor !== member) return 'LINK_SIGNATURE_INVALID'
  const [share, rest] = divide(fields.gift, gift)
  moveTaken(books, share, OUT_OF_ESCROW)
  give(books, share, member)
  gift.claims.push(member)
  gift.keeps = rest
  gift.isOpen = rest.points.some(({ lots }) => sumOfLots(lots) > 0n)
  return null
}

const NOTHING: Taken = { points: [], coupons: [] }

/** The share of who comes next, and what it leaves. */
function divide(id: string, { shares, seed, claims, keeps }: Gift): readonly [Taken, Taken] {
  const [points] = keeps.points
  if (shares === null || !points) return [keeps, NOTHING]
  const open = shares - BigInt(claims.length)
  const left = sumOfLots(points.lots)
  let amount = (left + open - 1n) / open
  if (seed !== '' && open === 1n) amount = left
  else if (seed !== '') {
    const text = `tallystick/red-packet-share/1\n${id}\n${seed}\n${claims.length}`
    amount = 1n + (BigInt(`0x${hash('sha256', text)}`) % (2n * (left / open) - 1n))
  }
  const [share, rest]: [Lot[], Lot[]] = [[], []]
  for (const lot of points.lots) {
    const part = lot.amount < amount ? lot.amount : amount
    amount -= part
    if (part > 0n) share.push({ ...lot, amount: part })
    if (part < lot.amount) rest.push({ ...lot, amount: lot.amount - part })
  }
  const of = (lots: Lot[]): Taken => ({ points: [{ asset: points.asset, lots }], coupons: [] })
  return [of(share), of(rest)]
}

function recallGift(books: Books, gift: Gift, member: string): Refusal {
  if (member !== gift.from) return 'NOT_AUTHORISED'
  if (!gift.isOpen) return 'GIFT_CLOSED'
  moveTaken(books, gift.keeps, OUT_OF_ESCROW)
  give(books, gift.keeps, member)
  gift.isOpen = false
  return null
}

interface Offer {
  readonly from: string
  readonly to: string
  readonly gives: string
  readonly wants: string
  readonly keeps: Taken
  isOpen: boolean
}

/** Judges a line of offers. */
export function judgeOffer(books: Books, judged: Judged): Refusal {
  const { action, offer: id, member } = judged.fields
  if (!books.members.has(member)) return 'ACTOR_UNKNOWN'
  if (action === 'open') return openOffer(books, judged)
  const offer = books.contracts.get(`offer ${id}`) as Offer | undefined
  if (!offer) return 'CONTRACT_UNKNOWN'
  return action === 'accept' ? acceptOffer(books, offer, judged) : cancelOffer(books, offer, member)
}

function openOffer(books: Books, { date, fields }: Judged): Refusal {
  const { offer: id, member, gives, wants, to, until } = fields
  if (to !== '' && !books.members.has(to)) return 'ACCOUNT_UNKNOWN'
  if (member === to) return 'SAME_ACCOUNT'
  if (homeOf(id) !== homeOf(member)) return 'CONTRACT_ELSEWHERE'
  if (books.contracts.has(`offer ${id}`)) return 'CONTRACT_EXISTS'
  if (until < date) return 'LAST_DAY_PAST'
  const basket = readBasket(gives)
  const refusal =
    checkTerms(books, readBasket(wants), 'transfer') ??
    checkBasket(books, basket, { member, use: 'transfer', date })
  if (refusal) return refusal
  const keeps = take(books, basket, { member, date, state: 'OFFERED' })
  moveTaken(books, keeps, INTO_ESCROW)
  const offer: Offer = { from: member, to, gives, wants, keeps, isOpen: true }
  books.contracts.set(`offer ${id}`, offer)
  return null
}

function acceptOffer(books: Books, offer: Offer, { date, fields }: Judged): Refusal {
  const { member } = fields
  if (offer.to !== '' && offer.to !== member) return 'NOT_ADDRESSEE'
  if (offer.from === member) return 'SAME_ACCOUNT'
  if (!offer.isOpen) return 'OFFER_CLOSED'
  if (fields.wants !== offer.wants || fields.gives !== offer.gives) return 'OFFER_DIFFERS'
  const wants = readBasket(offer.wants)
  const refusal = checkBasket(books, wants, { member, use: 'transfer', date })
  if (refusal) return refusal
  give(books, take(books, wants, { member, date, state: 'HELD' }), offer.from)
  moveTaken(books, offer.keeps, OUT_OF_ESCROW)
  give(books, offer.keeps, member)
  offer.isOpen = false
  return null
}

function cancelOffer(books: Books, offer: Offer, member: string): Refusal {
  if (member !== offer.from) return 'NOT_AUTHORISED'
  if (!offer.isOpen) return 'OFFER_CLOSED'
  moveTaken(books, offer.keeps, OUT_OF_ESCROW)
  give(books, offer.keeps, member)
  offer.isOpen = false
  return null
}
