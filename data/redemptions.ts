import { ACCEPTED, FLASH, MILE, STAR, TYPICAL_POINTS } from './consortium.ts'
import type { Slot } from './day-slots.ts'
import { wrongAmounts } from './line-maker.ts'
import type { Day, Flaw, LineMaker } from './line-maker.ts'
import type { Member } from './members.ts'
import { shuffled } from './seeded-random.ts'

interface Redemption {
  readonly time: string
  readonly store: string
  readonly order: string
  readonly member: string
  readonly asset: string
  readonly points: string
}

/** Makes the lines of redemptions files; it remembers orders, so each day needs its own. */
export function redemptionMaker(): LineMaker<Redemption> {
  const paid = new Map<string, Redemption[]>()
  return {
    flaws: {
      ...wrongAmounts((line: Redemption, points) => ({ ...line, points })),
      ...FLAWS,
      ...orderFlaws(paid),
    },
    plain: plainRedemption,
    book: (day, slot, line) => {
      const points = BigInt(line.points)
      if (day.holdings.sum(line.member, line.asset, 'spendable', slot.date) < points) return
      day.holdings.take(line.member, line.asset, points, slot.date)
      paid.set(slot.organisation, [...(paid.get(slot.organisation) ?? []), line])
    },
    members: (line) => [line.member],
    fields: (line) => [line.time, line.store, line.order, line.member, line.asset, line.points],
  }
}

function drawRedeemer(day: Day): Member {
  for (;;) {
    const member = day.population.draw()
    if (member.redeems) return member
  }
}

function plainRedemption(day: Day, slot: Slot): Redemption {
  const { random, holdings } = day
  const store = day.drawStore(slot.organisation)
  const order = `${store}-o${String(day.nextNumber(`${store}-orders`)).padStart(5, '0')}`
  const accepted = ACCEPTED[slot.organisation]
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const member = drawRedeemer(day).id
    for (const asset of shuffled(random, accepted)) {
      const most = holdings.sum(member, asset, 'spendable', slot.date)
      if (most === 0n) continue
      const wanted = BigInt(Math.ceil(random.logNormal(TYPICAL_POINTS[asset] ?? 1, 0.9)))
      const points = String(wanted < most ? wanted : most)
      return { time: slot.time, store, order, member, asset, points }
    }
  }
  // Early in the evening nobody may hold anything yet; such an order is simply not covered.
  const asset = random.pick(accepted)
  return { time: slot.time, store, order, member: drawRedeemer(day).id, asset, points: '10' }
}

/** The line for a redeemer who is short of spendable points but has some in the other state. */
function shortOf(
  state: 'expired' | 'pending',
  assets: readonly string[],
): Flaw<Redemption>['spoil'] {
  return (day, slot, line) => {
    for (let attempt = 0; attempt < 600; attempt += 1) {
      const member = drawRedeemer(day).id
      const asset = day.random.pick(assets.filter((id) => ACCEPTED[slot.organisation].includes(id)))
      const lacking = day.holdings.sum(member, asset, state, slot.date)
      if (lacking === 0n) continue
      const spendable = day.holdings.sum(member, asset, 'spendable', slot.date)
      return { ...line, member, asset, points: String(spendable + 1n + (lacking - 1n) / 2n) }
    }
    return null
  }
}

const FLAWS: Record<string, Flaw<Redemption>> = {
  'unknown member': {
    count: 30,
    spoil: (day, slot, line) => ({ ...line, member: day.population.unknownId(slot.organisation) }),
  },
  'unknown asset': {
    count: 24,
    spoil: (_day, _slot, line) => ({ ...line, asset: 'bank:gold:point' }),
  },
  'long order': {
    count: 20,
    spoil: (_day, _slot, line) => ({ ...line, order: line.order.padEnd(70, '0') }),
  },
  'not an acceptor': {
    count: 36,
    spoil: (day, slot, line) => ({
      ...line,
      asset: day.random.pick(
        [STAR, FLASH, MILE].filter((id) => !ACCEPTED[slot.organisation].includes(id)),
      ),
    }),
  },
  'more than held': {
    count: 40,
    spoil: (day, slot, line) => {
      const held = ['spendable', 'expired', 'pending'] as const
      const sum = held.reduce(
        (total, state) => total + day.holdings.sum(line.member, line.asset, state, slot.date),
        0n,
      )
      return { ...line, points: String(sum + BigInt(1 + day.random.below(5_000))) }
    },
  },
  'expired points': {
    count: 40,
    fits: (slot) => !slot.isOpening && slot.organisation === 'mall',
    spoil: shortOf('expired', [FLASH]),
  },
  'pending points': {
    count: 36,
    fits: (slot) => !slot.isOpening,
    spoil: shortOf('pending', [STAR, MILE, 'bank:hui:point']),
  },
}

function orderFlaws(paid: Map<string, Redemption[]>): Record<string, Flaw<Redemption>> {
  const earlier = (day: Day, slot: Slot): Redemption | null => {
    const lines = paid.get(slot.organisation) ?? []
    return lines.length === 0 ? null : day.random.pick(lines)
  }
  return {
    'order paid twice': {
      count: 40,
      fits: (slot) => !slot.isOpening,
      spoil: (day, slot, line) => {
        const first = earlier(day, slot)
        return first && { ...first, time: line.time }
      },
    },
    'order shared by two members': {
      count: 20,
      accepted: true,
      fits: (slot) => !slot.isOpening,
      spoil: (day, slot, line) => {
        const first = earlier(day, slot)
        if (first === null || first.member === line.member) return null
        return { ...line, store: first.store, order: first.order }
      },
    },
  }
}
