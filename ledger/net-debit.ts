import type { StateView } from './batch-state.ts'
import type { BusinessDate } from './business-date.ts'
import type { Refusal } from './errors.ts'
import type { OrganisationId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { netDebitCapKey, quotaLaneKey } from './keys.ts'
import type { Posting } from './posting.ts'
import { drawQuota } from './quota.ts'
import type { NetDebitCap } from './records.ts'
import type { Acceptance, DecisionContext, ReadContext, RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** The bound in force on a business date; undefined: none. */
export function capOn(cap: NetDebitCap | undefined, date: BusinessDate): bigint | undefined {
  if (cap === undefined) return undefined
  return date >= cap.validFrom ? cap.microYuan : cap.before
}

const SUFFIX = ':net-debit'

/** The bound of what an organisation may owe net in a cycle: every cycle has quota of its own. */
export function netDebitBound(organisation: OrganisationId, cycle: string): string {
  return `${organisation}:${cycle}${SUFFIX}`
}

/** Whether the bound of a quota is that of an organisation's net debit. */
export function isNetDebitBound(bound: string): boolean {
  return bound.endsWith(SUFFIX)
}

/** The organisation and the cycle of a bound's name. */
export function splitNetDebitBound(bound: string): {
  readonly organisation: OrganisationId
  readonly cycle: string
} {
  const colon = bound.indexOf(':')
  return { organisation: bound.slice(0, colon), cycle: bound.slice(colon + 1, -SUFFIX.length) }
}

/** What a transaction that clears has to read: of every organisation the cap and its own lane. */
export function netDebitKeys(
  organisations: readonly OrganisationId[],
  { organisation: submitter, lane }: Pick<ReadContext, 'organisation' | 'lane'>,
  cycle: string,
): Key<unknown>[] {
  return organisations.flatMap((organisation) => [
    netDebitCapKey(organisation),
    quotaLaneKey(netDebitBound(organisation, cycle), submitter, lane),
  ])
}

/**
 * Holds an acceptance against the caps of the organisations that come to owe more by it, and gives
 * back to those that come to owe less. Returns it with what the lanes then hold, or
 * QUOTA_REFILL, or NET_DEBIT_CAP. What is given back stays in the lane, so a pool never gains.
 */
export function withinNetDebitCaps(
  acceptance: Acceptance,
  state: StateView,
  context: DecisionContext,
): Acceptance | Refusal {
  const writes: RecordWrite[] = []
  for (const [organisation, amount] of netDebits(acceptance.entry?.postings ?? [])) {
    const cap = state.get(netDebitCapKey(organisation))
    if (capOn(cap, context.ledger.cycle.date) === undefined || amount === 0n) continue
    const bound = netDebitBound(organisation, context.cycle)
    const submitter = context.caller.organisation
    if (amount > 0n) {
      const draw = { bound, organisation: submitter, amount, exhausted: 'NET_DEBIT_CAP' } as const
      const drawn = drawQuota(draw, state, context)
      if (!drawn.ok) return drawn
      writes.push(drawn.write)
    } else {
      const key = quotaLaneKey(bound, submitter, context.lane)
      const lane = state.get(key) ?? { left: 0n }
      writes.push(write(key, { ...lane, left: lane.left - amount }))
    }
  }
  if (writes.length === 0) return acceptance
  return { ...acceptance, writes: [...acceptance.writes, ...writes] }
}

/** What each organisation comes to owe by an entry, net over all others; below zero, to be owed. */
function netDebits(postings: readonly Posting[]): ReadonlyMap<OrganisationId, bigint> {
  const sums = new Map<OrganisationId, bigint>()
  for (const { account, side, amount } of postings) {
    const [code, organisation = ''] = account.split('/')
    if (code !== '3001') continue
    const owed = side === 'credit' ? amount : -amount
    sums.set(organisation, (sums.get(organisation) ?? 0n) + owed)
  }
  return sums
}
