import { CODE_ROWS, RUSH_ROWS, SERIES } from './coupon-series.ts'
import type { Series } from './coupon-series.ts'
import type { Slot } from './day-slots.ts'
import { wordOf } from './expected-coupons.ts'
import type { Day, LineMaker } from './line-maker.ts'

interface Issue {
  readonly time: string
  readonly series: string
  readonly serials: readonly string[]
  readonly member: string
}

/** Makes the lines of issues files: an issuer's tills put coupons into wallets. */
export function issueMaker(): LineMaker<Issue> {
  const issued = new Map<string, number>()
  return {
    flaws: {
      'unknown member': {
        count: 16,
        spoil: (day, slot, line) => ({
          ...line,
          member: day.population.unknownId(slot.organisation),
        }),
      },
      'unknown series': {
        count: 10,
        spoil: (_day, slot, line) => ({ ...line, series: `${slot.organisation}:nothing:fen` }),
      },
      'used serial': {
        count: 20,
        spoil: (day, slot, line) => {
          const coupon = day.coupons.draw(({ series }) => series.issuer === slot.organisation)
          return coupon && { ...line, series: coupon.series.id, serials: [coupon.serial] }
        },
      },
      'long serial': {
        count: 8,
        spoil: (_day, _slot, line) => ({ ...line, serials: ['S'.repeat(65)] }),
      },
    },
    plain: (day, slot) => {
      const series = drawSeries(day, slot)
      const count = day.random.pick([1, 1, 1, 2, 3])
      const member = day.population.draw(day.random.chance(0.5) ? slot.organisation : undefined).id
      const serials = Array.from({ length: count }, () => nextSerial(day, series))
      return { time: slot.time, series: series.id, serials, member }
    },
    book: (day, _slot, { series: id, serials, member }) => {
      const series = SERIES.find((one) => one.id === id)
      const count = (issued.get(`${id} ${member}`) ?? 0) + serials.length
      if (series === undefined || count > series.perMember) return
      issued.set(`${id} ${member}`, count)
      for (const serial of serials) day.coupons.add(series, serial, member)
    },
    members: ({ member }) => [member],
    fields: ({ time, series, serials, member }) => [time, series, serials.join(' '), member],
  }
}

function drawSeries(day: Day, slot: Slot): Series {
  return day.random.pick(
    SERIES.filter(({ issuer, lastDay }) => issuer === slot.organisation && lastDay >= slot.date),
  )
}

function nextSerial(day: Day, { id }: Series): string {
  return `C${String(day.nextNumber(`coupons ${id}`)).padStart(5, '0')}`
}

interface Claim {
  readonly time: string
  readonly series: string
  readonly code: string
  readonly member: string
  readonly signedFor: string
}

/** Makes the lines of claims files: members claim what a code on paper is good for. */
export function claimMaker(): LineMaker<Claim> {
  const used: Claim[] = []
  const places = new Map<string, number>()
  return {
    flaws: {
      'used code': {
        count: 24,
        spoil: (day, slot, line) => {
          const own = used.filter(({ series }) => series.startsWith(slot.organisation))
          if (own.length === 0) return null
          const { series, code } = day.random.pick(own)
          return { ...line, series, code }
        },
      },
      'unknown code': { count: 12, spoil: (_day, _slot, line) => ({ ...line, code: 'K9999' }) },
      'copied signature': {
        count: 16,
        spoil: (day, _slot, line) => ({ ...line, signedFor: day.population.draw().id }),
      },
    },
    plain: (day, slot) => {
      const rows = CODE_ROWS.filter(([series = '']) => series.startsWith(slot.organisation))
      const place = places.get(slot.organisation) ?? 0
      places.set(slot.organisation, place + 1)
      const [series = '', code = ''] = rows[place % rows.length] ?? []
      const member = day.population.draw().id
      return { time: slot.time, series, code, member, signedFor: member }
    },
    book: (_day, _slot, line) => {
      used.push(line)
    },
    members: ({ member }) => [member],
    fields: (line) => [line.time, line.series, line.code, line.member, line.signedFor],
  }
}

interface RushClaim {
  readonly time: string
  readonly rush: string
  readonly series: string
  readonly member: string
}

/** Makes the lines of rushes files: whoever comes first gets a coupon. */
export function rushMaker(): LineMaker<RushClaim> {
  return {
    flaws: {
      'unknown rush': {
        count: 10,
        spoil: (_day, slot, line) => ({ ...line, rush: `${slot.organisation}:r-nothing` }),
      },
      'another series': {
        count: 10,
        spoil: (_day, _slot, line) => ({ ...line, series: 'mall:ten:piece' }),
      },
    },
    plain: (day, slot) => {
      const [rush = '', series = ''] = day.random.pick(RUSH_ROWS.slice(1))
      return { time: slot.time, rush, series, member: day.population.draw().id }
    },
    book: () => undefined,
    members: ({ member }) => [member],
    fields: ({ time, rush, series, member }) => [time, rush, series, member],
  }
}

interface Handover {
  readonly time: string
  readonly from: string
  readonly to: string
  readonly coupons: readonly string[]
  readonly note: string
}

/** Makes the lines of handovers files: members pass coupons on. */
export function handoverMaker(): LineMaker<Handover> {
  return {
    flaws: {
      'to oneself': { count: 14, spoil: (_day, _slot, line) => ({ ...line, to: line.from }) },
      'unknown recipient': {
        count: 14,
        spoil: (day, slot, line) => ({ ...line, to: day.population.unknownId(slot.organisation) }),
      },
      'unknown coupon': {
        count: 14,
        spoil: (_day, _slot, line) => ({ ...line, coupons: ['mall:lunch20:fen/C99999'] }),
      },
      "another's coupon": {
        count: 24,
        spoil: (day, _slot, line) => {
          const coupon = day.coupons.draw(({ member }) => member !== line.from)
          return coupon && { ...line, coupons: [wordOf(coupon)] }
        },
      },
      'coupon that is not there to give': {
        count: 40,
        spoil: (day, slot, line) => {
          const coupon = day.coupons.draw(
            ({ member, state, series }) =>
              member.startsWith(slot.organisation) &&
              (state !== 'held' || series.lastDay < slot.date || !series.uses.includes('transfer')),
          )
          return coupon && { ...line, from: coupon.member, coupons: [wordOf(coupon)] }
        },
      },
    },
    plain: handoverOf,
    book: (day, slot, { coupons, to }) => {
      for (const word of coupons) {
        const coupon = day.coupons.named(word)
        if (coupon?.state === 'held' && coupon.series.lastDay >= slot.date) {
          day.coupons.move(coupon, to)
        }
      }
    },
    members: ({ from, to }) => [from, to],
    fields: ({ time, from, to, coupons, note }) => [time, from, to, coupons.join(' '), note],
  }
}

function handoverOf(day: Day, slot: Slot): Handover {
  const { random, population } = day
  const note = random.pick(['', '', '请你吃饭', 'for "you", dear'])
  const coupon = day.coupons.draw(
    ({ member, state, series }) =>
      member.startsWith(slot.organisation) &&
      state === 'held' &&
      series.uses.includes('transfer') &&
      series.lastDay >= slot.date,
  )
  const from = coupon?.member ?? population.draw(slot.organisation).id
  const word = coupon === null ? 'mall:lunch20:fen/C99998' : wordOf(coupon)
  let to = population.draw().id
  while (to === from) to = population.draw().id
  return { time: slot.time, from, to, coupons: [word], note }
}
