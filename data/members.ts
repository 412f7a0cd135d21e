import { ORGANISATIONS } from './consortium.ts'
import type { Organisation } from './consortium.ts'
import type { DayPlan } from './day-plan.ts'
import { weightedPicker } from './seeded-random.ts'
import type { SeededRandom } from './seeded-random.ts'

const MEMBER_COUNT = 2_000
/** With those who merely have no occasion on the day, a third of the members do not redeem. */
const NEVER_REDEEMS = 0.05
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

export interface Member {
  readonly id: string
  readonly home: Organisation
  readonly registeredAt: string
  readonly redeems: boolean
  /** Members this one usually gives points to. */
  friends: Member[]
  /** Lines of the day that name this member so far. */
  lines: number
}

export interface Population {
  readonly members: readonly Member[]
  /** A member drawn by activity, of one home or of any. */
  draw(home?: Organisation): Member
  /** A well-formed member id that nobody has. */
  unknownId(home: Organisation): string
}

/** Two thousand members with skewed homes and skewed activity. */
export function makePopulation(
  random: SeededRandom,
  { openingDate, mostLinesPerMember }: DayPlan,
): Population {
  const taken = new Set<string>()
  const freshId = (home: Organisation): string => {
    for (;;) {
      let id = `${home}:m-`
      for (let count = 0; count < 10; count += 1) id += ID_ALPHABET[random.below(32)]
      if (!taken.has(id)) {
        taken.add(id)
        return id
      }
    }
  }
  const members = makeMembers(random, openingDate, freshId)
  const weights = new Map(members.map((member) => [member, random.logNormal(1, 0.8)]))
  const pickerOf = (pool: readonly Member[]): (() => Member) =>
    weightedPicker(
      random,
      pool,
      pool.map((member) => weights.get(member) ?? 0),
    )
  const anyHome = pickerOf(members)
  const byHome = new Map(
    ORGANISATIONS.map((home) => [home, pickerOf(members.filter((member) => member.home === home))]),
  )
  const draw = (home?: Organisation): Member => {
    const picker = (home && byHome.get(home)) ?? anyHome
    for (;;) {
      const member = picker()
      if (member.lines < mostLinesPerMember) return member
    }
  }
  for (const member of members) {
    member.friends = [draw(member.home), draw(member.home), draw()].filter(
      (friend) => friend !== member,
    )
  }
  return { members, draw, unknownId: freshId }
}

function makeMembers(
  random: SeededRandom,
  openingDate: string,
  freshId: (home: Organisation) => string,
): Member[] {
  const drawHome = weightedPicker<Organisation>(random, ['bank', 'mall', 'airline'], [50, 36, 14])
  const members: Member[] = []
  for (let index = 0; index < MEMBER_COUNT; index += 1) {
    const home = drawHome()
    // Registrations are spread evenly over the opening date's office hours, one every 14 s.
    const second = 9 * 3600 + index * 14
    members.push({
      id: freshId(home),
      home,
      registeredAt: `${openingDate}T${clockTime(second)}`,
      redeems: !random.chance(NEVER_REDEEMS),
      friends: [],
      lines: 0,
    })
  }
  return members
}

/** `HH:MM:SS` of a second of the day. */
export function clockTime(secondOfDay: number): string {
  const parts = [
    Math.floor(secondOfDay / 3600),
    Math.floor(secondOfDay / 60) % 60,
    secondOfDay % 60,
  ]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
