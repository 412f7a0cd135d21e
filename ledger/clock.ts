import { Type } from 'typebox'
import type { CanonicalValue } from './canonical.ts'
import type { OrganisationId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** Seconds since 1970 up to the year 5138. */
export const ClockTimeText = Type.String({
  pattern: '^[1-9][0-9]{0,10}$',
  description: 'seconds since 1970 as a decimal string',
  examples: ['1796083200'],
})

/** Seconds since 1970, as organisations have told them. */
export type ClockTime = bigint

/** What time the ledger knows: what each organisation last said, and what follows from it. */
export interface Clock {
  readonly time: ClockTime
  readonly ticks: Readonly<Record<OrganisationId, ClockTime>>
}

export const CLOCK = codec<Clock>(
  (value) => value as unknown as CanonicalValue,
  ({ time, ticks }: Stored<Clock>): Clock => ({
    time: BigInt(time),
    ticks: Object.fromEntries(
      Object.entries(ticks).map(([organisation, tick]) => [organisation, BigInt(tick)]),
    ),
  }),
)

/**
 * The clock after an organisation's tick: the time that a majority of all organisations has reached,
 * whether each of them has ticked or not, and never less than before. No organisation alone moves
 * it on.
 */
export function afterTick(
  clock: Clock | undefined,
  tick: { readonly organisation: OrganisationId; readonly time: ClockTime },
  organisations: readonly OrganisationId[],
): Clock {
  const ticks = { ...clock?.ticks, [tick.organisation]: tick.time }
  const times = organisations.map((organisation) => ticks[organisation] ?? 0n)
  times.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0))
  const median = times[Math.floor((times.length - 1) / 2)] ?? 0n
  const before = clock?.time ?? 0n
  return { time: median > before ? median : before, ticks }
}
