import { ORGANISATIONS } from './consortium.ts'
import type { Organisation } from './consortium.ts'

/** Each organisation tells the time so often; the ledger's clock is where two of them have come. */
const TICK_MINUTES = 480

/** The ledger's clock as the lines so far have set it. */
export interface DayClock {
  /** Whether an organisation has not told the time for long. */
  isDue(organisation: Organisation, time: string): boolean
  tick(organisation: Organisation, time: string): void
  /** '' as long as fewer than two organisations have told the time. */
  now(): string
}

/** A clock that nobody has set yet. */
export function dayClock(): DayClock {
  const ticks = new Map<Organisation, string>()
  return {
    isDue: (organisation, time) =>
      (ticks.get(organisation) ?? '') < minutesAfter(time, -TICK_MINUTES),
    tick: (organisation, time) => {
      ticks.set(organisation, time)
    },
    now: () => ORGANISATIONS.map((id) => ticks.get(id) ?? '').toSorted()[1] ?? '',
  }
}

/** A local time so many minutes after another one. */
export function minutesAfter(time: string, minutes: number): string {
  return new Date(Date.parse(`${time}Z`) + minutes * 60_000).toISOString().slice(0, 19)
}
