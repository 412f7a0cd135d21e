import type { MatchingRule } from './matching-rules.ts'

/** A line that no line of the other side has the reference of. */
export interface Leftover {
  readonly line: number
  readonly order: string
  readonly account: string
  readonly asset: string
  readonly status: string
  readonly amount: bigint
  /** Days since 1970; 0 where lines have none. */
  readonly day: number
}

/** Lines of both sides that belong together by a rule. */
export interface RuleMatch {
  readonly rule: string
  readonly left: readonly number[]
  readonly right: readonly number[]
}

/** Both sides of what has the same values in the fields of a rule. */
interface Group {
  readonly left: Leftover[]
  readonly right: Leftover[]
}

/**
 * Matches what is left by one rule after the other. Every line is claimed once. Of several
 * that would do the earliest is taken.
 */
export function matchLeftovers(
  left: readonly Leftover[],
  right: readonly Leftover[],
  rules: readonly MatchingRule[],
): RuleMatch[] {
  const matches: RuleMatch[] = []
  const claimed = { left: new Set<number>(), right: new Set<number>() }
  for (const rule of rules) {
    const groups = groupsOf(
      left.filter(({ line }) => !claimed.left.has(line)),
      right.filter(({ line }) => !claimed.right.has(line)),
      rule,
    )
    const found = groups.flatMap(rule.match === 'pair' ? pairsIn(rule) : whole(rule))
    for (const match of found) {
      for (const line of match.left) claimed.left.add(line)
      for (const line of match.right) claimed.right.add(line)
    }
    matches.push(...found)
  }
  return matches
}

/** Lines without a value in a field of the rule belong to no group. */
function groupsOf(
  left: readonly Leftover[],
  right: readonly Leftover[],
  { by, tolerance = 0 }: MatchingRule,
): Group[] {
  // With a tolerance amounts are compared, not equal.
  const fields = tolerance > 0 ? by.filter((field) => field !== 'amount') : by
  const groups = new Map<string, Group>()
  for (const [side, lines] of [
    ['left', left],
    ['right', right],
  ] as const) {
    for (const line of lines) {
      const values = fields.map((field) => String(line[field]))
      if (values.includes('')) continue
      const key = JSON.stringify([line.asset, ...values])
      const group = groups.get(key) ?? { left: [], right: [] }
      group[side].push(line)
      groups.set(key, group)
    }
  }
  return [...groups.values()].filter((group) => group.left.length > 0 && group.right.length > 0)
}

/** In order of day both sides are walked along: who is too early for the other has none. */
function pairsIn(rule: MatchingRule): (group: Group) => RuleMatch[] {
  const { name, dateWindowDays } = rule
  return ({ left, right }) => {
    const [ours, theirs] = [left.toSorted(byDay), right.toSorted(byDay)]
    const matches: RuleMatch[] = []
    for (const one of ours) {
      const at = theirs.findIndex(
        (other) => Math.abs(other.day - one.day) <= dateWindowDays && isWithin(rule, one, other),
      )
      const [other] = at === -1 ? [] : theirs.splice(at, 1)
      if (other !== undefined) matches.push({ rule: name, left: [one.line], right: [other.line] })
    }
    return matches
  }
}

/** All lines of the group on both sides, when they come to the same and lie close together. */
function whole(rule: MatchingRule): (group: Group) => RuleMatch[] {
  return ({ left, right }) => {
    const days = [...left, ...right].map(({ day }) => day)
    if (Math.max(...days) - Math.min(...days) > rule.dateWindowDays) return []
    if (!isWithin({ ...rule, by: ['amount'] }, sumOf(left), sumOf(right))) return []
    return [{ rule: rule.name, left: linesOf(left), right: linesOf(right) }]
  }
}

function sumOf(lines: readonly Leftover[]): { readonly amount: bigint } {
  return { amount: lines.reduce((total, { amount }) => total + amount, 0n) }
}

function linesOf(lines: readonly Leftover[]): number[] {
  return lines.map(({ line }) => line).sort((one, other) => one - other)
}

function isWithin(
  { by, tolerance = 0 }: Pick<MatchingRule, 'by' | 'tolerance'>,
  one: Pick<Leftover, 'amount'>,
  other: Pick<Leftover, 'amount'>,
): boolean {
  if (!by.includes('amount')) return true
  const difference = one.amount - other.amount
  return difference <= BigInt(tolerance) && -difference <= BigInt(tolerance)
}

function byDay(one: Leftover, other: Leftover): number {
  if (one.day !== other.day) return one.day - other.day
  if (one.amount !== other.amount) return one.amount < other.amount ? -1 : 1
  return one.line - other.line
}
