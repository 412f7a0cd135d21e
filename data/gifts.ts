import type { Slot } from './day-slots.ts'
import { LAST_DAY } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { basketText, drawOther, drawPut, givePut, isCovered, takePut } from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface GiftLine {
  readonly time: string
  readonly action: 'open' | 'claim' | 'recall'
  readonly gift: string
  readonly member: string
  readonly basket: string
  readonly shares: string
  readonly seed: string
  readonly until: string
  readonly signedFor: string
}

interface OpenGift {
  readonly line: GiftLine
  readonly put: Put
  /** Points that are left, and how many may still come. */
  left: bigint
  claimants: number
  readonly claims: string[]
}

/** Makes the lines of gifts files: gifts by link and red packets 红包. */
export function giftMaker(): LineMaker<GiftLine> {
  const open = new Map<string, OpenGift[]>()
  const closed = new Map<string, OpenGift[]>()
  const puts = new Map<GiftLine, Put>()
  const plain = (day: Day, slot: Slot): GiftLine => {
    const gifts = open.get(slot.organisation) ?? []
    if (gifts.length < 4 || (gifts.length < 60 && day.random.chance(0.36))) {
      const put = drawPut(day, slot, 'gift', 0.3)
      const line = openLine(day, slot, put)
      puts.set(line, put)
      return line
    }
    const gift = day.random.pick(gifts)
    const action = day.random.chance(0.07) ? 'recall' : 'claim'
    return followUp(day, slot, gift, action)
  }
  const close = (slot: Slot, gift: OpenGift): void => {
    open.set(
      slot.organisation,
      (open.get(slot.organisation) ?? []).filter((one) => one !== gift),
    )
    closed.set(slot.organisation, [...(closed.get(slot.organisation) ?? []), gift])
  }
  return {
    flaws: giftFlaws(open, closed),
    plain,
    book: (day, slot, line) => {
      if (line.action === 'open') {
        const gift = opened(day, slot, line, puts.get(line))
        if (gift === null) return
        open.set(slot.organisation, [...(open.get(slot.organisation) ?? []), gift])
        return
      }
      const gift = open.get(slot.organisation)?.find((one) => one.line.gift === line.gift)
      if (gift === undefined || gift.claims.includes(line.member)) return
      const isWhole = gift.line.shares === ''
      if (isWhole) givePut(day, gift.put, line.member)
      if (line.action === 'claim') {
        gift.claims.push(line.member)
        if (!isWhole) giveShare(day, gift, line.member)
        gift.claimants -= 1
      }
      if (line.action === 'recall' || gift.claimants === 0) close(slot, gift)
    },
    members: ({ member }) => [member],
    fields: (line) => [
      line.time,
      line.action,
      line.gift,
      line.member,
      line.basket,
      line.shares,
      line.seed,
      line.until,
      line.signedFor,
    ],
  }
}

function opened(day: Day, slot: Slot, line: GiftLine, put: Put | undefined): OpenGift | null {
  if (put === undefined || !isCovered(day, slot, put)) return null
  takePut(day, slot, put)
  const left = put.points[0]?.amount ?? 0n
  if (line.shares !== '' && left < BigInt(line.shares)) return null
  return { line, put, left, claimants: Number(line.shares || '1'), claims: [] }
}

/** Of equal shares it is known how much one is; of random ones only the red packet knows. */
function giveShare(day: Day, gift: OpenGift, member: string): void {
  const [points] = gift.put.points
  if (points === undefined || gift.line.seed !== '') return
  const claimants = BigInt(gift.claimants)
  const amount = (gift.left + claimants - 1n) / claimants
  gift.left -= amount
  givePut(day, { coupons: [], points: [{ asset: points.asset, amount }] }, member)
}

function openLine(day: Day, slot: Slot, put: Put): GiftLine {
  const { random } = day
  const number = String(day.nextNumber(`gifts ${slot.organisation}`)).padStart(5, '0')
  const most = put.points[0]?.amount ?? 0n
  const isPacket = put.coupons.length === 0 && most >= 12n && random.chance(0.3)
  return {
    time: slot.time,
    action: 'open',
    gift: `${slot.organisation}:g-${number}`,
    member: put.member,
    basket: basketText(put),
    shares: isPacket ? String(3 + random.below(6)) : '',
    seed: isPacket && random.chance(0.5) ? hexDigits(day, 64) : '',
    until: LAST_DAY,
    signedFor: '',
  }
}

function hexDigits(day: Day, count: number): string {
  return Array.from({ length: count }, () => day.random.below(16).toString(16)).join('')
}

function followUp(
  day: Day,
  slot: Slot,
  { line, claims }: OpenGift,
  action: 'claim' | 'recall',
): GiftLine {
  const isClaim = action === 'claim'
  const member = isClaim ? drawOther(day, undefined, line.member, ...claims) : line.member
  return {
    ...line,
    time: slot.time,
    action,
    member,
    basket: '',
    shares: '',
    seed: isClaim ? line.seed : '',
    until: '',
    signedFor: isClaim ? member : '',
  }
}

function giftFlaws(
  open: Map<string, OpenGift[]>,
  closed: Map<string, OpenGift[]>,
): LineMaker<GiftLine>['flaws'] {
  const drawFrom = (pool: Map<string, OpenGift[]>, day: Day, slot: Slot): OpenGift | null => {
    const gifts = pool.get(slot.organisation) ?? []
    return gifts.length === 0 ? null : day.random.pick(gifts)
  }
  return {
    'copied signature': {
      count: 30,
      spoil: (day, slot) => {
        const gift = drawFrom(open, day, slot)
        const claim = gift && followUp(day, slot, gift, 'claim')
        return claim && { ...claim, signedFor: drawOther(day, undefined, claim.member) }
      },
    },
    'claim of a closed gift': {
      count: 30,
      spoil: (day, slot) => {
        const gift = drawFrom(closed, day, slot)
        return gift && followUp(day, slot, gift, 'claim')
      },
    },
    'recall of a closed gift': {
      count: 16,
      spoil: (day, slot) => {
        const gift = drawFrom(closed, day, slot)
        return gift && followUp(day, slot, gift, 'recall')
      },
    },
    'recall by another': {
      count: 12,
      spoil: (day, slot) => {
        const gift = drawFrom(open, day, slot)
        const recall = gift && followUp(day, slot, gift, 'recall')
        return recall && { ...recall, member: drawOther(day, undefined, recall.member) }
      },
    },
    'own gift': {
      count: 12,
      spoil: (day, slot) => {
        const gift = drawFrom(open, day, slot)
        const member = gift?.line.member ?? ''
        return gift && { ...followUp(day, slot, gift, 'claim'), member, signedFor: member }
      },
    },
    'second share': {
      count: 20,
      spoil: (day, slot) => {
        const gifts = (open.get(slot.organisation) ?? []).filter(({ claims }) => claims.length > 0)
        if (gifts.length === 0) return null
        const gift = day.random.pick(gifts)
        const member = day.random.pick(gift.claims)
        return { ...followUp(day, slot, gift, 'claim'), member, signedFor: member }
      },
    },
    'wrong seed': {
      count: 10,
      spoil: (day, slot) => {
        const gifts = (open.get(slot.organisation) ?? []).filter(({ line }) => line.seed !== '')
        if (gifts.length === 0) return null
        return { ...followUp(day, slot, day.random.pick(gifts), 'claim'), seed: '0'.repeat(64) }
      },
    },
  }
}
