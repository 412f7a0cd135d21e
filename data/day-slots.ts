import { ORGANISATIONS } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { DayPlan, LineKind } from './day-plan.ts'
import { clockTime } from './members.ts'
import { shuffled, weightedPicker } from './seeded-random.ts'
import type { SeededRandom } from './seeded-random.ts'

/** A place in the day's order where a till or a wallet writes one line. */
export interface Slot {
  readonly time: string
  readonly date: string
  readonly organisation: Organisation
  readonly kind: LineKind
  /** Whether it lies on the opening date. */
  readonly isOpening: boolean
  /** The name of what is wrong or odd about this line; '' for a plain one. */
  flaw: string
}

const OPENING_SHARE: Partial<Record<LineKind, number>> = { earnings: 0.22, issues: 0.4 }
const USUAL_OPENING_SHARE = 0.08

const OPENING_HOURS: Record<number, number> = { 17: 5, 18: 9, 19: 10, 20: 9, 21: 6, 22: 3, 23: 1 }
const TRADING_HOURS: Record<number, number> = {
  0: 1,
  6: 1,
  7: 3,
  8: 6,
  9: 7,
  10: 9,
  11: 11,
  12: 14,
  13: 11,
  14: 8,
  15: 8,
  16: 9,
  17: 11,
  18: 15,
  19: 15,
  20: 11,
  21: 7,
}

/** All slots of the day in the order (time, organisation, kind). */
export function makeSlots(random: SeededRandom, plan: DayPlan): Slot[] {
  const { openingDate, tradingDate } = plan
  const openingHour = hourPicker(random, OPENING_HOURS)
  const tradingHour = hourPicker(random, TRADING_HOURS)
  const slots: Slot[] = []
  for (const organisation of ORGANISATIONS) {
    for (const kind of plan.kinds) {
      if (plan.lines(organisation, kind) === 0) continue
      const push = (date: string, clock: string): number => {
        const isOpening = date === openingDate
        const time = `${date}T${clock}`
        return slots.push({ time, date, isOpening, organisation, kind, flaw: '' })
      }
      // The last second before the date rolls, the first after it, and the last of the day.
      push(openingDate, '23:59:59')
      push(tradingDate, '00:00:00')
      push(tradingDate, '21:59:59')
      for (let count = 3; count < plan.lines(organisation, kind); count += 1) {
        const opening = random.chance(OPENING_SHARE[kind] ?? USUAL_OPENING_SHARE)
        const hour = opening ? openingHour() : tradingHour()
        push(opening ? openingDate : tradingDate, clockTime(hour * 3600 + random.below(3600)))
      }
    }
  }
  return slots.sort(bySlotOrder)
}

function hourPicker(random: SeededRandom, weights: Record<number, number>): () => number {
  return weightedPicker(random, Object.keys(weights).map(Number), Object.values(weights))
}

function bySlotOrder(left: Slot, right: Slot): number {
  return compare(left.time, right.time) || compare(slotKey(left), slotKey(right))
}

function slotKey(slot: Slot): string {
  return `${slot.organisation} ${slot.kind}`
}

function compare(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Marks `count` random plain slots of the kind with the flaw's name; throws when too few fit. */
export function spreadFlaw(
  random: SeededRandom,
  slots: readonly Slot[],
  flaw: { name: string; count: number; fits: (slot: Slot) => boolean },
): void {
  const fitting = slots.filter((slot) => slot.flaw === '' && flaw.fits(slot))
  if (fitting.length < flaw.count) throw new RangeError(`too few slots for ${flaw.name}`)
  for (const slot of shuffled(random, fitting).slice(0, flaw.count)) slot.flaw = flaw.name
}
