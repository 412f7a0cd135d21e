import { TYPICAL_POINTS } from './consortium.ts'
import { RATES } from './coupon-series.ts'
import type { Rate } from './coupon-series.ts'
import type { Slot } from './day-slots.ts'
import type { Day, LineMaker } from './line-maker.ts'

interface Exchange {
  readonly time: string
  readonly member: string
  readonly asset: string
  readonly amount: bigint
  readonly legs: readonly {
    readonly rate: string
    readonly asset: string
    readonly amount: bigint
  }[]
  readonly quotedOn: string
}

/** The ways from one kind of points to another: one rate, or two that may be chained. */
const WAYS: readonly (readonly string[])[] = [
  ['mall:star-hui'],
  ['mall:star-hui'],
  ['bank:hui-mile'],
  ['airline:mile-hui'],
  ['mall:star-mile'],
  ['mall:star-hui', 'bank:hui-mile'],
]

/** Makes the lines of exchanges files. */
export function exchangeMaker(): LineMaker<Exchange> {
  const received = new Map<string, bigint>()
  const countOf = (line: Exchange, rate: string): bigint =>
    received.get(`${line.time.slice(0, 10)} ${rate} ${line.member}`) ?? 0n
  return {
    flaws: {
      'other figures': { count: 20, spoil: (_day, _slot, line) => withMore(line) },
      'quote of the day before': {
        count: 16,
        fits: (slot) => !slot.isOpening,
        spoil: (_day, _slot, line) => ({ ...line, quotedOn: '2026-12-01' }),
      },
      'rate that may not be chained': {
        count: 10,
        fits: (slot) => !slot.isOpening,
        spoil: (day, slot, line) =>
          exchangeOf(slot, line.member, day, ['mall:star-mile', 'airline:mile-hui']),
      },
      'rate for other points': {
        count: 10,
        spoil: (_day, _slot, line) => ({
          ...line,
          legs: line.legs.map((leg) => ({ ...leg, asset: 'mall:flash:point' })),
        }),
      },
      'unknown rate': {
        count: 8,
        spoil: (_day, _slot, line) => ({
          ...line,
          legs: line.legs.map((leg) => ({ ...leg, rate: 'bank:nothing' })),
        }),
      },
      'more than held': {
        count: 16,
        spoil: (day, slot, line) => {
          const [rate] = line.legs.map(({ rate: id }) => id)
          const member = day.population.draw(slot.organisation).id
          return exchangeOf(slot, member, day, [rate ?? ''], 300_000n)
        },
      },
    },
    plain: plainExchange,
    book: (day, slot, line) => {
      const isWithin = line.legs.every(({ rate, amount }) => {
        const most = RATES.find(({ id }) => id === rate)?.perMember ?? 0n
        return countOf(line, rate) + amount <= most
      })
      const [last] = line.legs.slice(-1)
      const { member, asset, amount } = line
      const isNotYet = slot.isOpening && line.legs.some(({ rate }) => rate === 'airline:mile-hui')
      const held = day.holdings.sum(member, asset, 'spendable', slot.date)
      if (!isWithin || isNotYet || last === undefined || held < amount) return
      for (const leg of line.legs) {
        const key = `${line.time.slice(0, 10)} ${leg.rate} ${member}`
        received.set(key, countOf(line, leg.rate) + leg.amount)
      }
      day.holdings.take(member, asset, amount, slot.date)
      const points = { points: last.amount, lastDay: '', availableFrom: '' }
      day.holdings.add(member, last.asset, points)
    },
    members: ({ member }) => [member],
    fields: ({ time, member, asset, amount, legs, quotedOn }) => [
      time,
      member,
      `${asset}=${amount}`,
      legs.map((leg) => `${leg.rate}/${leg.asset}=${leg.amount}`).join(' '),
      quotedOn,
    ],
  }
}

function plainExchange(day: Day, slot: Slot): Exchange {
  for (let attempt = 0; ; attempt += 1) {
    const way = day.random.pick(WAYS)
    const member = day.population.draw(slot.organisation).id
    const from = RATES.find(({ id }) => id === way[0])?.from ?? ''
    const held = day.holdings.sum(member, from, 'spendable', slot.date)
    if (held >= 40n || attempt > 80) return exchangeOf(slot, member, day, way)
  }
}

/** An exchange at what the rates give; of `least` points at least, whether they are there or not. */
function exchangeOf(
  slot: Slot,
  member: string,
  day: Day,
  way: readonly string[],
  least = 40n,
): Exchange {
  const rates = way.flatMap((id): Rate[] => RATES.filter((rate) => rate.id === id))
  const asset = rates[0]?.from ?? ''
  const held = day.holdings.sum(member, asset, 'spendable', slot.date)
  const typical = BigInt(Math.ceil(day.random.logNormal(TYPICAL_POINTS[asset] ?? 1, 0.7)))
  const wanted = typical < held ? typical : held
  const amount = wanted < least ? least : wanted
  let pays = amount
  const legs = rates.map(({ id, to, numerator, denominator }) => {
    pays = (pays * numerator) / denominator
    return { rate: id, asset: to, amount: pays }
  })
  return { time: slot.time, member, asset, amount, legs, quotedOn: slot.date }
}

function withMore(line: Exchange): Exchange {
  return { ...line, legs: line.legs.map((leg) => ({ ...leg, amount: leg.amount + 1n })) }
}
