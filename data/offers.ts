import type { Slot } from './day-slots.ts'
import { LAST_DAY } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import {
  basketText,
  drawOther,
  drawPoints,
  drawPut,
  givePut,
  isCovered,
  takePut,
} from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface OfferLine {
  readonly time: string
  readonly action: 'open' | 'accept' | 'cancel'
  readonly offer: string
  readonly member: string
  readonly gives: string
  readonly wants: string
  readonly to: string
  readonly until: string
}

interface Offer {
  readonly line: OfferLine
  readonly gives: Put
  readonly wants: Omit<Put, 'member'>
}

/** Makes the lines of offers files: one basket is swapped for another. */
export function offerMaker(): LineMaker<OfferLine> {
  const open: Offer[] = []
  const closed: Offer[] = []
  const made = new Map<OfferLine, Offer>()
  const close = (offer: Offer): void => {
    open.splice(open.indexOf(offer), 1)
    closed.push(offer)
  }
  return {
    flaws: offerFlaws(open, closed),
    plain: (day, slot) => {
      const line = nextLine(day, slot, open)
      if (!('gives' in line && 'line' in line)) return line
      made.set(line.line, line)
      return line.line
    },
    book: (day, slot, line) => {
      if (line.action === 'open') {
        const offer = made.get(line)
        if (offer === undefined || !isCovered(day, slot, offer.gives)) return
        takePut(day, slot, offer.gives)
        open.push(offer)
        return
      }
      const offer = open.find((one) => one.line.offer === line.offer)
      if (offer === undefined) return
      if (line.action === 'accept') {
        takePut(day, slot, { ...offer.wants, member: line.member })
        givePut(day, offer.wants, offer.line.member)
      }
      givePut(day, offer.gives, line.member)
      close(offer)
    },
    members: ({ member }) => [member],
    fields: (line) => [
      line.time,
      line.action,
      line.offer,
      line.member,
      line.gives,
      line.wants,
      line.to,
      line.until,
    ],
  }
}

/** An offer that is opened, or a line about one that is open. */
function nextLine(day: Day, slot: Slot, open: readonly Offer[]): OfferLine | Offer {
  const { random } = day
  const own = open.filter(({ line }) => line.member.startsWith(slot.organisation))
  if (own.length > 0 && random.chance(0.1)) {
    return followUp(slot, random.pick(own), 'cancel', '')
  }
  if (open.length > 5 && random.chance(0.5)) {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const offer = random.pick(open)
      const accept = acceptance(day, slot, offer)
      if (accept !== null) return accept
    }
  }
  const gives = drawPut(day, slot, 'transfer', 0.55)
  const wants = drawPoints(day, slot, undefined)
  const number = String(day.nextNumber(`offers ${slot.organisation}`)).padStart(5, '0')
  const line: OfferLine = {
    time: slot.time,
    action: 'open',
    offer: `${slot.organisation}:o-${number}`,
    member: gives.member,
    gives: basketText(gives),
    wants: basketText(wants),
    to: random.chance(0.2) && wants.member !== gives.member ? wants.member : '',
    until: LAST_DAY,
  }
  return { line, gives, wants }
}

function followUp(
  slot: Slot,
  { line }: Offer,
  action: 'accept' | 'cancel',
  taker: string,
): OfferLine {
  const isAccept = action === 'accept'
  return {
    ...line,
    time: slot.time,
    action,
    member: isAccept ? taker : line.member,
    gives: isAccept ? line.gives : '',
    wants: isAccept ? line.wants : '',
    to: '',
    until: '',
  }
}

/** The line of a member of the slot's home who can pay; null when none is found. */
function acceptance(day: Day, slot: Slot, offer: Offer): OfferLine | null {
  const { to, member } = offer.line
  if (to !== '' && !to.startsWith(slot.organisation)) return null
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const taker = to === '' ? drawOther(day, slot.organisation, member) : to
    if (isCovered(day, slot, { ...offer.wants, member: taker })) {
      return followUp(slot, offer, 'accept', taker)
    }
  }
  return null
}

function offerFlaws(
  open: readonly Offer[],
  closed: readonly Offer[],
): LineMaker<OfferLine>['flaws'] {
  return {
    'closed offer': {
      count: 30,
      spoil: (day, slot) => {
        if (closed.length === 0) return null
        const offer = day.random.pick(closed)
        const taker = drawOther(day, slot.organisation, offer.line.member)
        return followUp(slot, offer, 'accept', offer.line.to === '' ? taker : offer.line.to)
      },
    },
    'other price': {
      count: 20,
      spoil: (day, slot) => {
        const free = open.filter(({ line }) => line.to === '')
        if (free.length === 0) return null
        const offer = day.random.pick(free)
        const taker = drawOther(day, slot.organisation, offer.line.member)
        return { ...followUp(slot, offer, 'accept', taker), wants: 'mall:star:point=1' }
      },
    },
    'not the addressee': {
      count: 16,
      spoil: (day, slot) => {
        const bound = open.filter(({ line }) => line.to !== '')
        if (bound.length === 0) return null
        const offer = day.random.pick(bound)
        const { to, member } = offer.line
        return followUp(slot, offer, 'accept', drawOther(day, slot.organisation, member, to))
      },
    },
    'cancelled by another': {
      count: 12,
      spoil: (day, slot) => {
        if (open.length === 0) return null
        const offer = day.random.pick(open)
        const cancel = followUp(slot, offer, 'cancel', '')
        return { ...cancel, member: drawOther(day, slot.organisation, cancel.member) }
      },
    },
    'nothing offered': {
      count: 10,
      spoil: (_day, _slot, line) => (line.action === 'open' ? { ...line, gives: '' } : null),
    },
  }
}
