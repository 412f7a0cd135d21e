import { HUI, STAR } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { DayClock } from './day-clock.ts'
import { minutesAfter } from './day-clock.ts'
import type { Slot } from './day-slots.ts'
import { LAST_DAY } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { basketText, drawOther, drawPut, givePut, isCovered, takePut } from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface AuctionLine {
  readonly time: string
  readonly action: 'open' | 'bid' | 'close' | 'tick'
  readonly auction: string
  readonly member: string
  readonly basket: string
  readonly asset: string
  readonly points: string
  readonly increment: string
  readonly extendSeconds: string
  readonly closesAt: string
  readonly until: string
}

interface Auction {
  readonly line: AuctionLine
  readonly item: Put
  closesAt: string
  best: { readonly member: string; readonly amount: bigint } | undefined
}

const MOST_OPEN = 30

/** Makes the lines of auctions files: English auctions, and the ticks of the ledger's clock. */
export function auctionMaker(clock: DayClock): LineMaker<AuctionLine> {
  const open = new Map<Organisation, Auction[]>()
  const closed: Auction[] = []
  const items = new Map<AuctionLine, Put>()
  const plain = (day: Day, slot: Slot): AuctionLine => {
    if (clock.isDue(slot.organisation, slot.time)) {
      return { ...EMPTY, time: slot.time, action: 'tick' }
    }
    const own = open.get(slot.organisation) ?? []
    const due = own.find(({ closesAt }) => closesAt <= clock.now())
    if (due !== undefined) {
      const member = day.population.draw().id
      return { ...EMPTY, time: slot.time, action: 'close', auction: due.line.auction, member }
    }
    if (own.length < 2 || (own.length < MOST_OPEN && day.random.chance(0.3))) {
      const item = drawPut(day, slot, 'auction', 0.8)
      const line = openLine(day, slot, item)
      items.set(line, item)
      return line
    }
    return bidLine(day, slot, day.random.pick(own))
  }
  return {
    flaws: auctionFlaws(open, closed),
    plain,
    book: (day, slot, line) => {
      const own = open.get(slot.organisation) ?? []
      if (line.action === 'tick') clock.tick(slot.organisation, line.time)
      if (line.action === 'open') {
        const item = items.get(line)
        if (item === undefined || !isCovered(day, slot, item)) return
        takePut(day, slot, item)
        const auction = { line, item, closesAt: line.closesAt, best: undefined }
        open.set(slot.organisation, [...own, auction])
      }
      const auction = own.find((one) => one.line.auction === line.auction)
      if (auction === undefined) return
      if (line.action === 'bid') bid(day, slot, auction, line, clock.now())
      if (line.action !== 'close') return
      open.set(
        slot.organisation,
        own.filter((one) => one !== auction),
      )
      closed.push(auction)
      end(day, auction)
    },
    members: ({ member }) => (member === '' ? [] : [member]),
    fields: (line) => [
      line.time,
      line.action,
      line.auction,
      line.member,
      line.basket,
      line.asset,
      line.points,
      line.increment,
      line.extendSeconds,
      line.closesAt,
      line.until,
    ],
  }
}

const EMPTY = {
  auction: '',
  member: '',
  basket: '',
  asset: '',
  points: '',
  increment: '',
  extendSeconds: '',
  closesAt: '',
  until: '',
} as const

function pointsOf(asset: string, amount: bigint): Omit<Put, 'member'> {
  return { coupons: [], points: [{ asset, amount }] }
}

function bid(day: Day, slot: Slot, auction: Auction, line: AuctionLine, clock: string): void {
  const { asset, extendSeconds } = auction.line
  const amount = BigInt(line.points)
  const put = { ...pointsOf(asset, amount), member: line.member }
  if (!isCovered(day, slot, put) || auction.closesAt <= clock) return
  takePut(day, slot, put)
  if (auction.best !== undefined) {
    givePut(day, pointsOf(asset, auction.best.amount), auction.best.member)
  }
  auction.best = { member: line.member, amount }
  const extended = minutesAfter(clock, Number(extendSeconds) / 60)
  if (extended > auction.closesAt) auction.closesAt = extended
}

function end(day: Day, { line, item, best }: Auction): void {
  givePut(day, item, best?.member ?? line.member)
  if (best !== undefined) givePut(day, pointsOf(line.asset, best.amount), line.member)
}

function openLine(day: Day, slot: Slot, item: Put): AuctionLine {
  const { random } = day
  const number = String(day.nextNumber(`auctions ${slot.organisation}`)).padStart(5, '0')
  const asset = random.pick([HUI, STAR])
  const scale = asset === HUI ? 1 : 10
  const minutes = random.pick([60, 90, 120, 180, 240])
  return {
    time: slot.time,
    action: 'open',
    auction: `${slot.organisation}:a-${number}`,
    member: item.member,
    basket: basketText(item),
    asset,
    points: String((3 + random.below(12)) * scale),
    increment: String((1 + random.below(3)) * scale),
    extendSeconds: random.pick(['0', '1800', '3600']),
    closesAt: minutesAfter(slot.time, minutes),
    until: LAST_DAY,
  }
}

/** The least bid that is taken, or a little more. */
function bidLine(day: Day, slot: Slot, { line, best }: Auction): AuctionLine {
  const { asset, auction, points, increment } = line
  const least = best === undefined ? BigInt(points) : best.amount + BigInt(increment)
  const amount = least + BigInt(increment) * BigInt(day.random.below(3))
  let member = drawOther(day, slot.organisation, line.member)
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (day.holdings.sum(member, asset, 'spendable', slot.date) >= amount) break
    member = drawOther(day, slot.organisation, line.member)
  }
  return {
    ...EMPTY,
    time: slot.time,
    action: 'bid',
    auction,
    member,
    asset,
    points: String(amount),
  }
}

function auctionFlaws(
  open: Map<Organisation, Auction[]>,
  closed: readonly Auction[],
): LineMaker<AuctionLine>['flaws'] {
  const isBid = (line: AuctionLine): boolean => line.action === 'bid'
  return {
    'too low': {
      count: 24,
      spoil: (day, slot) => {
        const led = (open.get(slot.organisation) ?? []).filter(({ best }) => best !== undefined)
        if (led.length === 0) return null
        const auction = day.random.pick(led)
        return { ...bidLine(day, slot, auction), points: String(auction.best?.amount ?? 1n) }
      },
    },
    'other points': {
      count: 12,
      spoil: (_day, _slot, line) => (isBid(line) ? { ...line, asset: 'airline:mile:point' } : null),
    },
    'own auction': {
      count: 12,
      spoil: (_day, slot, line) => {
        const own = open.get(slot.organisation)?.find((one) => one.line.auction === line.auction)
        return own && isBid(line) ? { ...line, member: own.line.member } : null
      },
    },
    'closed auction': {
      count: 16,
      spoil: (day, slot) => {
        const own = closed.filter(({ line }) => line.auction.startsWith(slot.organisation))
        return own.length === 0 ? null : bidLine(day, slot, day.random.pick(own))
      },
    },
    'more than held': {
      count: 16,
      spoil: (_day, _slot, line) => (isBid(line) ? { ...line, points: '900000' } : null),
    },
    'closed too early': {
      count: 16,
      spoil: (_day, _slot, line) =>
        isBid(line) ? { ...line, action: 'close', asset: '', points: '' } : null,
    },
    'over when it opens': {
      count: 8,
      fits: (slot) => !slot.isOpening,
      spoil: (_day, slot, line) =>
        line.action === 'open' ? { ...line, closesAt: minutesAfter(slot.time, -600) } : null,
    },
  }
}
