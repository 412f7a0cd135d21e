import { ORGANISATIONS, TRADE } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import { csvLine } from './csv-line.ts'
import type { Slot } from './day-slots.ts'
import { expectedCoupons } from './expected-coupons.ts'
import type { ExpectedCoupons } from './expected-coupons.ts'
import { expectedHoldings } from './expected-holdings.ts'
import type { ExpectedHoldings } from './expected-holdings.ts'
import { MALFORMED_LINES } from './malformed-lines.ts'
import type { Member, Population } from './members.ts'
import { weightedPicker, zipfWeights } from './seeded-random.ts'
import type { SeededRandom } from './seeded-random.ts'

/** What the lines written so far have led to. */
export interface Day {
  readonly random: SeededRandom
  readonly population: Population
  readonly holdings: ExpectedHoldings
  readonly coupons: ExpectedCoupons
  /** The awards so far. */
  readonly receipts: Receipt[]
  drawStore(organisation: Organisation): string
  /** The next number of a store's receipt or order roll, from 1. */
  nextNumber(roll: string): number
  /** One more line names the member. */
  touch(memberId: string): void
}

/** An award, and what of its purchase has come back. */
export interface Receipt {
  readonly organisation: Organisation
  readonly receipt: string
  readonly member: string
  readonly asset: string
  readonly amountFen: string
  readonly points: bigint
  returnedFen: bigint
}

/** One way in which a line is wrong, or right but odd. */
export interface Flaw<Line> {
  /** How many lines of the day get it. */
  readonly count: number
  /** True where the ledger will take the line all the same. */
  readonly accepted?: true
  /** Which slots can carry it; all when absent. */
  fits?(slot: Slot): boolean
  /** The line with the flaw, or null when the day so far offers no occasion for it. */
  spoil(day: Day, slot: Slot, line: Line): Line | null
}

/** How the lines of one kind of file are made. */
export interface LineMaker<Line> {
  readonly flaws: Readonly<Record<string, Flaw<Line>>>
  plain(day: Day, slot: Slot): Line
  /** Notes what an accepted line does to the members' holdings. */
  book(day: Day, slot: Slot, line: Line): void
  members(line: Line): readonly string[]
  fields(line: Line): readonly string[]
}

/** A day on which nothing has happened yet. */
export function startDay(random: SeededRandom, population: Population): Day {
  const numbers = new Map<string, number>()
  const byId = new Map<string, Member>(population.members.map((member) => [member.id, member]))
  const stores = new Map(
    ORGANISATIONS.map((organisation) => {
      const { stores: count, storePrefix } = TRADE[organisation]
      const ids = Array.from(
        { length: count },
        (_, index) => storePrefix + String(index + 1).padStart(3, '0'),
      )
      return [organisation, weightedPicker(random, ids, zipfWeights(count))]
    }),
  )
  return {
    random,
    population,
    holdings: expectedHoldings(),
    coupons: expectedCoupons(random),
    receipts: [],
    drawStore: (organisation) => {
      const draw = stores.get(organisation)
      if (draw === undefined) throw new RangeError(`no stores of ${organisation}`)
      return draw()
    },
    nextNumber: (roll) => {
      const next = (numbers.get(roll) ?? 0) + 1
      numbers.set(roll, next)
      return next
    },
    touch: (memberId) => {
      const member = byId.get(memberId)
      if (member !== undefined) member.lines += 1
    },
  }
}

/** The CSV text of the slot's line; the day moves on by what the line does. */
export function writeLine<Line>(day: Day, slot: Slot, maker: LineMaker<Line>): string {
  const plain = maker.plain(day, slot)
  const flaw = maker.flaws[slot.flaw]
  const line = flaw?.spoil(day, slot, plain) ?? plain
  const malformed = MALFORMED_LINES[slot.flaw]
  for (const member of maker.members(line)) day.touch(member)
  if (malformed !== undefined) return malformed.spoil(day.random, maker.fields(line))
  if (line === plain || flaw?.accepted) maker.book(day, slot, line)
  return csvLine(maker.fields(line))
}

/** Amounts no ledger takes; `withAmount` puts the text in its place in the line. */
export function wrongAmounts<Line>(
  withAmount: (line: Line, text: string) => Line,
): Record<string, Flaw<Line>> {
  const flawOf = (count: number, text: (day: Day) => string): Flaw<Line> => ({
    count,
    spoil: (day, _slot, line) => withAmount(line, text(day)),
  })
  return {
    'negative amount': flawOf(24, (day) => `-${1 + day.random.below(9_000)}`),
    'zero amount': flawOf(24, () => '0'),
    'fraction amount': flawOf(24, (day) => `${1 + day.random.below(200)}.5`),
    'garbage amount': flawOf(16, (day) =>
      day.random.pick(['abc', '1e3', '', ' 12', '+5', '007', '0x1F']),
    ),
  }
}

/** A real date so many days after another one. */
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}
