import { ORGANISATIONS } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { LAST_DAY } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'
import { basketText, drawOther, drawPut, givePut, isCovered, takePut } from './trade-draws.ts'
import type { Put } from './trade-draws.ts'

interface RequestLine {
  readonly time: string
  readonly action: 'ask' | 'pay' | 'decline'
  readonly request: string
  readonly by: string
  readonly from: string
  readonly to: string
  readonly basket: string
  readonly until: string
}

/** What was asked for, and of whom. */
interface Request {
  readonly line: RequestLine
  readonly put: Put
}

const MOST_OPEN = 40

/** Makes the lines of requests files: a member asks another, who pays or declines. */
export function requestMaker(): LineMaker<RequestLine> {
  const open: Request[] = []
  const closed: Request[] = []
  const made = new Map<RequestLine, Request>()
  return {
    flaws: requestFlaws(open, closed),
    plain: (day, slot) => {
      const { random } = day
      const asked = open.filter(({ line }) => line.from.startsWith(slot.organisation))
      if (asked.length > 0 && (open.length > MOST_OPEN || random.chance(0.6))) {
        const request = random.pick(asked)
        const isPaid = random.chance(0.85) && isCovered(day, slot, request.put)
        return followUp(slot, request, isPaid ? 'pay' : 'decline')
      }
      const request = drawRequest(day, slot)
      made.set(request.line, request)
      return request.line
    },
    book: (day, slot, line) => {
      const asked = made.get(line)
      if (asked !== undefined) {
        open.push(asked)
        return
      }
      const request = open.find((one) => one.line.request === line.request)
      if (request === undefined) return
      open.splice(open.indexOf(request), 1)
      closed.push(request)
      if (line.action !== 'pay') return
      takePut(day, slot, request.put)
      givePut(day, request.put, request.line.to)
    },
    members: ({ by, from, to }) => [by, from, to].filter((id, at, all) => all.indexOf(id) === at),
    fields: ({ time, action, request, by, from, to, basket, until }) => [
      time,
      action,
      request,
      by,
      from,
      to,
      basket,
      until,
    ],
  }
}

/** A member of the slot's home asks somebody of any home for what he has. */
function drawRequest(day: Day, slot: Slot): Request {
  const organisation = day.random.pick(ORGANISATIONS)
  const put = drawPut(day, { ...slot, organisation }, 'transfer', 0.25)
  const payee = drawOther(day, slot.organisation, put.member)
  const number = String(day.nextNumber(`requests ${slot.organisation}`)).padStart(5, '0')
  const line: RequestLine = {
    time: slot.time,
    action: 'ask',
    request: `${slot.organisation}:q-${number}`,
    by: payee,
    from: put.member,
    to: payee,
    basket: basketText(put),
    until: LAST_DAY,
  }
  return { line, put }
}

function followUp(slot: Slot, { line }: Request, action: 'pay' | 'decline'): RequestLine {
  return { ...line, time: slot.time, action, by: line.from, until: '' }
}

function requestFlaws(
  open: readonly Request[],
  closed: readonly Request[],
): LineMaker<RequestLine>['flaws'] {
  const ofSlot = (pool: readonly Request[], slot: Slot): readonly Request[] =>
    pool.filter(({ line }) => line.from.startsWith(slot.organisation))
  const spoilOne =
    (pool: readonly Request[], spoil: (day: Day, slot: Slot, line: RequestLine) => RequestLine) =>
    (day: Day, slot: Slot): RequestLine | null => {
      const found = ofSlot(pool, slot)
      if (found.length === 0) return null
      return spoil(day, slot, followUp(slot, day.random.pick(found), 'pay'))
    }
  return {
    'closed request': { count: 14, spoil: spoilOne(closed, (_day, _slot, line) => line) },
    'other sum': {
      count: 14,
      spoil: spoilOne(open, (_day, _slot, line) => ({ ...line, basket: 'mall:star:point=1' })),
    },
    'paid by another': {
      count: 12,
      spoil: spoilOne(open, (day, slot, line) => {
        const other = drawOther(day, slot.organisation, line.from, line.to)
        return { ...line, by: other, from: other }
      }),
    },
    'declined by a stranger': {
      count: 12,
      spoil: spoilOne(open, (day, slot, line) => {
        const by = drawOther(day, slot.organisation, line.from, line.to)
        return { ...line, action: 'decline', by }
      }),
    },
    'of oneself': {
      count: 10,
      spoil: (_day, _slot, line) => (line.action === 'ask' ? { ...line, from: line.to } : null),
    },
    'over before it is made': {
      count: 10,
      spoil: (_day, _slot, line) =>
        line.action === 'ask' ? { ...line, until: '2026-11-28' } : null,
    },
  }
}
