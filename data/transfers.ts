import { FLASH, STAR, TRANSFERABLE, TYPICAL_POINTS } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { wrongAmounts } from './line-maker.ts'
import type { Day, Flaw, LineMaker } from './line-maker.ts'
import type { Member } from './members.ts'
import { shuffled } from './seeded-random.ts'

interface Transfer {
  readonly time: string
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly points: string
  readonly note: string
}

const NOTES = ['', '', '', '', '谢谢', '生日快乐', 'dinner, split', 'for the "trip"', 'thank you']

/** Makes the lines of transfers files. */
export function transferMaker(): LineMaker<Transfer> {
  return {
    flaws: { ...wrongAmounts((line, points) => ({ ...line, points })), ...FLAWS },
    plain: (day, slot) => transferOf(day, slot, slot.organisation),
    book: (day, slot, line) => {
      const points = BigInt(line.points)
      if (day.holdings.sum(line.from, line.asset, 'spendable', slot.date) < points) return
      day.holdings.take(line.from, line.asset, points, slot.date)
      day.holdings.add(line.to, line.asset, { points, lastDay: '', availableFrom: '' })
    },
    members: (line) => [line.from, line.to],
    fields: (line) => [line.time, line.from, line.to, line.asset, line.points, line.note],
  }
}

function transferOf(day: Day, slot: Slot, home: Slot['organisation'] | undefined): Transfer {
  const { random, holdings } = day
  const note = random.pick(NOTES)
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const from = day.population.draw(home)
    for (const asset of shuffled(random, TRANSFERABLE)) {
      const most = holdings.sum(from.id, asset, 'spendable', slot.date)
      if (most === 0n) continue
      const wanted = BigInt(Math.ceil(random.logNormal(TYPICAL_POINTS[asset] ?? 1, 0.9)))
      const points = String(wanted < most ? wanted : most)
      return { time: slot.time, from: from.id, to: drawFriend(day, from), asset, points, note }
    }
  }
  // Early in the evening nobody may hold anything yet; such a wallet line is simply not covered.
  const from = day.population.draw(home)
  return {
    time: slot.time,
    from: from.id,
    to: drawFriend(day, from),
    asset: STAR,
    points: '10',
    note,
  }
}

function drawFriend(day: Day, from: Member): string {
  const friend = day.random.pick([...from.friends, day.population.draw()])
  const hasRoom = friend !== from && friend.lines < 100
  if (hasRoom) return friend.id
  for (;;) {
    const other = day.population.draw()
    if (other !== from) return other.id
  }
}

function homeOf(line: Transfer): string {
  return line.from.slice(0, line.from.indexOf(':'))
}

const FLAWS: Record<string, Flaw<Transfer>> = {
  'unknown sender': {
    count: 30,
    spoil: (day, slot, line) => ({ ...line, from: day.population.unknownId(slot.organisation) }),
  },
  'unknown recipient': {
    count: 30,
    spoil: (day, slot, line) => ({ ...line, to: day.population.unknownId(slot.organisation) }),
  },
  'unknown asset': {
    count: 20,
    spoil: (_day, _slot, line) => ({ ...line, asset: 'mall:sun:point' }),
  },
  'to oneself': { count: 36, spoil: (_day, _slot, line) => ({ ...line, to: line.from }) },
  'not transferable': { count: 36, spoil: (_day, _slot, line) => ({ ...line, asset: FLASH }) },
  'more than held': {
    count: 40,
    spoil: (day, slot, line) => {
      const held = ['spendable', 'expired', 'pending'] as const
      const sum = held.reduce(
        (total, state) => total + day.holdings.sum(line.from, line.asset, state, slot.date),
        0n,
      )
      return { ...line, points: String(sum + BigInt(1 + day.random.below(5_000))) }
    },
  },
  'pending points': {
    count: 24,
    fits: (slot) => !slot.isOpening,
    spoil: (day, slot, line) => {
      for (let attempt = 0; attempt < 300; attempt += 1) {
        const from = day.population.draw(slot.organisation).id
        const asset = day.random.pick(TRANSFERABLE)
        const pending = day.holdings.sum(from, asset, 'pending', slot.date)
        if (pending === 0n || from === line.to) continue
        const spendable = day.holdings.sum(from, asset, 'spendable', slot.date)
        return { ...line, from, asset, points: String(spendable + 1n + (pending - 1n) / 2n) }
      }
      return null
    },
  },
  'long note': { count: 12, spoil: (_day, _slot, line) => ({ ...line, note: 'ha'.repeat(71) }) },
  'wallet of another home': {
    count: 24,
    accepted: true,
    fits: (slot) => !slot.isOpening,
    spoil: (day, slot) => {
      const line = transferOf(day, slot, slot.organisation === 'bank' ? 'mall' : 'bank')
      return homeOf(line) === slot.organisation ? null : line
    },
  },
}
