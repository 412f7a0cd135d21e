import { HUI, STAR } from './consortium.ts'
import type { DayClock } from './day-clock.ts'
import { minutesAfter } from './day-clock.ts'
import type { Slot } from './day-slots.ts'
import { LAST_DAY } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import type { SeededRandom } from './seeded-random.ts'
import { basketText, drawOther, drawPut, givePut, isCovered, takePut } from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface SealedLine {
  readonly time: string
  readonly action: 'open' | 'commit' | 'reveal' | 'close' | 'settle'
  readonly auction: string
  readonly member: string
  readonly basket: string
  readonly asset: string
  readonly points: string
  readonly bid: string
  readonly salt: string
  readonly bidsUntil: string
  readonly closesAt: string
  readonly unrevealed: string
  readonly until: string
}

interface Bid {
  readonly line: SealedLine
  readonly place: number
  /** Never says what the bid was. */
  readonly isSilent: boolean
  isRevealed: boolean
}

interface SealedAuction {
  readonly line: SealedLine
  readonly item: Put
  readonly bids: Bid[]
  best: Bid | undefined
  second: bigint | undefined
}

const MOST_OPEN = 24
const EMPTY = {
  basket: '',
  asset: '',
  points: '',
  bid: '',
  salt: '',
  bidsUntil: '',
  closesAt: '',
  unrevealed: '',
  until: '',
} as const

/** Makes the lines of sealed files: auctions by sealed bids, and what becomes of the deposits. */
export function sealedAuctionMaker(clock: DayClock): LineMaker<SealedLine> {
  const open: SealedAuction[] = []
  /** Closed, with deposits of bids that nobody revealed. */
  const unsettled: { readonly auction: SealedAuction; readonly bid: Bid }[] = []
  const items = new Map<SealedLine, Put>()
  const plain = (day: Day, slot: Slot): SealedLine => {
    const due = nextDue(day, slot, open, unsettled, clock.now())
    if (due !== undefined) return due
    const item = drawPut(day, slot, 'auction', 0.7)
    const line = openLine(day, slot, item)
    items.set(line, item)
    return line
  }
  return {
    flaws: sealedFlaws(open, clock),
    plain,
    book: (day, slot, line) => {
      const item = items.get(line)
      if (item !== undefined) {
        if (!isCovered(day, slot, item)) return
        takePut(day, slot, item)
        open.push({ line, item, bids: [], best: undefined, second: undefined })
        return
      }
      const settled = unsettled.findIndex(
        ({ auction, bid }) =>
          auction.line.auction === line.auction && bid.line.member === line.member,
      )
      if (line.action === 'settle') {
        for (const { auction, bid } of unsettled.splice(settled, 1)) settle(day, auction, bid)
        return
      }
      const auction = open.find((one) => one.line.auction === line.auction)
      if (auction === undefined) return
      if (line.action === 'commit') commit(day, slot, auction, line)
      if (line.action === 'reveal') reveal(day, auction, line)
      if (line.action !== 'close') return
      open.splice(open.indexOf(auction), 1)
      close(day, auction)
      const left = auction.bids.filter(({ isRevealed }) => !isRevealed)
      unsettled.push(...left.map((bid) => ({ auction, bid })))
    },
    members: ({ member }) => [member],
    fields: (line) => [
      line.time,
      line.action,
      line.auction,
      line.member,
      line.basket,
      line.asset,
      line.points,
      line.bid,
      line.salt,
      line.bidsUntil,
      line.closesAt,
      line.unrevealed,
      line.until,
    ],
  }
}

/** What is due in an auction of the slot's home, or a bid; nothing when one is to be opened. */
function nextDue(
  day: Day,
  slot: Slot,
  open: readonly SealedAuction[],
  unsettled: readonly { readonly auction: SealedAuction; readonly bid: Bid }[],
  now: string,
): SealedLine | undefined {
  const own = open.filter(({ line }) => line.auction.startsWith(slot.organisation))
  const over = own.find(({ line }) => line.closesAt <= now)
  if (over !== undefined) {
    const member = day.population.draw().id
    return { ...EMPTY, time: slot.time, action: 'close', auction: over.line.auction, member }
  }
  const left = unsettled.find(({ bid }) => bid.line.member.startsWith(slot.organisation))
  if (left !== undefined) {
    const { auction, member } = left.bid.line
    return { ...EMPTY, time: slot.time, action: 'settle', auction, member }
  }
  const sealed = own
    .filter(({ line }) => line.bidsUntil <= now)
    .flatMap(({ bids }) => bids.filter(({ isRevealed, isSilent }) => !isRevealed && !isSilent))
  if (sealed.length > 0) return revealLine(slot, day.random.pick(sealed))
  const bidding = own.filter(({ line }) => line.bidsUntil > now)
  if (bidding.length < 2 || (bidding.length < MOST_OPEN && day.random.chance(0.25)))
    return undefined
  return commitLine(day, slot, day.random.pick(bidding))
}

function openLine(day: Day, slot: Slot, item: Put): SealedLine {
  const { random } = day
  const number = String(day.nextNumber(`sealed ${slot.organisation}`)).padStart(5, '0')
  const asset = random.pick([HUI, STAR])
  const bidsUntil = minutesAfter(slot.time, random.pick([120, 180, 240]))
  return {
    ...EMPTY,
    time: slot.time,
    action: 'open',
    auction: `${slot.organisation}:s-${number}`,
    member: item.member,
    basket: basketText(item),
    asset,
    points: String((3 + random.below(12)) * scaleOf(asset)),
    bidsUntil,
    // The ledger's clock is told seldom, and has to come between the two.
    closesAt: minutesAfter(bidsUntil, random.pick([480, 540, 600])),
    unrevealed: random.pick(['forfeited', 'forfeited', 'returned']),
    until: LAST_DAY,
  }
}

function scaleOf(asset: string): number {
  return asset === HUI ? 1 : 10
}

/** A bid of the least or more, and a deposit that hides how much. */
function commitLine(day: Day, slot: Slot, { line, bids }: SealedAuction): SealedLine {
  const { random } = day
  const { asset, auction, points } = line
  const scale = scaleOf(asset)
  const amount = BigInt(points) + BigInt(random.below(10) * scale)
  const deposit = amount + BigInt(random.below(6) * scale)
  const not = [line.member, ...bids.map((bid) => bid.line.member)]
  let member = drawOther(day, slot.organisation, ...not)
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (day.holdings.sum(member, asset, 'spendable', slot.date) >= deposit) break
    member = drawOther(day, slot.organisation, ...not)
  }
  return {
    ...EMPTY,
    time: slot.time,
    action: 'commit',
    auction,
    member,
    asset,
    points: String(deposit),
    bid: String(amount),
    salt: saltOf(random),
  }
}

function saltOf(random: SeededRandom): string {
  return Array.from({ length: 32 }, () => random.below(16).toString(16)).join('')
}

function revealLine(slot: Slot, { line }: Bid): SealedLine {
  return { ...line, time: slot.time, action: 'reveal', asset: '', points: '' }
}

function pointsOf(asset: string, amount: bigint): Omit<Put, 'member'> {
  return { coupons: [], points: amount === 0n ? [] : [{ asset, amount }] }
}

function depositOf({ line }: Bid): Omit<Put, 'member'> {
  return pointsOf(line.asset, BigInt(line.points))
}

function commit(day: Day, slot: Slot, auction: SealedAuction, line: SealedLine): void {
  const put = { ...pointsOf(line.asset, BigInt(line.points)), member: line.member }
  if (!isCovered(day, slot, put)) return
  takePut(day, slot, put)
  const place = auction.bids.length + 1
  auction.bids.push({ line, place, isSilent: day.random.chance(0.2), isRevealed: false })
}

/** One deposit at most stays in the auction: that of the best bid so far. */
function reveal(day: Day, auction: SealedAuction, line: SealedLine): void {
  const mine = auction.bids.find((bid) => bid.line.member === line.member)
  if (mine === undefined) return
  mine.isRevealed = true
  const { best } = auction
  const loser = isBetter(mine, best) ? best : mine
  if (loser !== mine) auction.best = mine
  if (loser === undefined) return
  givePut(day, depositOf(loser), loser.line.member)
  const beaten = amountOf(loser)
  if (beaten > (auction.second ?? 0n)) auction.second = beaten
}

/** Of two that are as high, the earlier. */
function isBetter(mine: Bid, best: Bid | undefined): boolean {
  if (best === undefined || amountOf(mine) > amountOf(best)) return true
  return amountOf(mine) === amountOf(best) && mine.place < best.place
}

function amountOf({ line }: Bid): bigint {
  return BigInt(line.bid)
}

function close(day: Day, { line, item, best, second }: SealedAuction): void {
  givePut(day, item, best?.line.member ?? line.member)
  if (best === undefined) return
  const price = second ?? BigInt(line.points)
  givePut(day, pointsOf(line.asset, price), line.member)
  givePut(day, pointsOf(line.asset, BigInt(best.line.points) - price), best.line.member)
}

function settle(day: Day, { line }: SealedAuction, bid: Bid): void {
  givePut(day, depositOf(bid), line.unrevealed === 'forfeited' ? line.member : bid.line.member)
}

function ownOf(open: readonly SealedAuction[], slot: Slot): SealedAuction[] {
  return open.filter(({ line }) => line.auction.startsWith(slot.organisation))
}

function drawOne<Item>(day: Day, items: readonly Item[]): Item | null {
  return items.length === 0 ? null : day.random.pick(items)
}

function sealedFlaws(
  open: readonly SealedAuction[],
  clock: DayClock,
): LineMaker<SealedLine>['flaws'] {
  return { ...bidFlaws(open, clock), ...revealFlaws(open, clock) }
}

function bidFlaws(open: readonly SealedAuction[], clock: DayClock): LineMaker<SealedLine>['flaws'] {
  return {
    'deposit too low': {
      count: 12,
      spoil: (_day, _slot, line) =>
        line.action === 'commit' ? { ...line, points: '1', bid: '1' } : null,
    },
    'a second bid': {
      count: 10,
      spoil: (day, slot, line) => {
        const bidding = ownOf(open, slot).filter((one) => one.line.bidsUntil > clock.now())
        const earlier = drawOne(
          day,
          bidding.flatMap(({ bids }) => bids),
        )
        return earlier === null || line.action !== 'commit'
          ? null
          : { ...earlier.line, time: slot.time, salt: saltOf(day.random) }
      },
    },
    'bid when bids are over': {
      count: 10,
      spoil: (day, slot) => {
        const late = ownOf(open, slot).filter((one) => one.line.bidsUntil <= clock.now())
        const auction = drawOne(day, late)
        return auction && commitLine(day, slot, auction)
      },
    },
    'own auction': {
      count: 8,
      spoil: (_day, slot, line) => {
        const seller = ownOf(open, slot).find((one) => one.line.auction === line.auction)?.line
          .member
        return seller !== undefined && line.action === 'commit' ? { ...line, member: seller } : null
      },
    },
    'more than held': {
      count: 8,
      spoil: (_day, _slot, line) =>
        line.action === 'commit' ? { ...line, points: '900000' } : null,
    },
  }
}

function revealFlaws(
  open: readonly SealedAuction[],
  clock: DayClock,
): LineMaker<SealedLine>['flaws'] {
  return {
    'revealed too early': {
      count: 10,
      spoil: (day, slot) => {
        const bidding = ownOf(open, slot).filter((one) => one.line.bidsUntil > clock.now())
        const bid = drawOne(
          day,
          bidding.flatMap(({ bids }) => bids),
        )
        return bid && revealLine(slot, bid)
      },
    },
    'another sum revealed': {
      count: 12,
      spoil: (day, slot) => {
        const now = clock.now()
        const revealing = ownOf(open, slot).filter(
          ({ line }) => line.bidsUntil <= now && line.closesAt > now,
        )
        const bid = drawOne(
          day,
          revealing.flatMap(({ bids }) => bids.filter(({ isRevealed }) => !isRevealed)),
        )
        if (bid === null) return null
        const line = revealLine(slot, bid)
        return { ...line, bid: String(BigInt(line.bid) + 1n) }
      },
    },
    'closed too early': {
      count: 10,
      spoil: (day, slot) => {
        const early = ownOf(open, slot).filter((one) => one.line.closesAt > clock.now())
        const auction = drawOne(day, early)?.line.auction
        const member = day.population.draw().id
        return auction === undefined
          ? null
          : { ...EMPTY, time: slot.time, action: 'close', auction, member }
      },
    },
  }
}
