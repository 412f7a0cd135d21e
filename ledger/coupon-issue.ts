import type { StateView } from './batch-state.ts'
import type { Coupon, CouponSeries } from './coupon-series.ts'
import { amountOfOne, validityOf } from './coupon-series.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, SeriesId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { couponCountKey, couponKey } from './keys.ts'
import { holdingPath, ISSUED } from './posting.ts'
import type { QuotaDraw } from './quota.ts'
import { drawQuota } from './quota.ts'
import type { Count } from './records.ts'
import type { DecisionContext, EntryContent, RecordWrite } from './rule.ts'
import { write } from './rule.ts'

/** Coupons that one command brings into a wallet. */
export interface CouponIssue {
  readonly series: CouponSeries
  readonly to: AccountId
  readonly serials: readonly string[]
}

/**
 * The keys that an issue looks at, for a rule's `reads`. The count is among them even where there is
 * no cap: an amendment before it in the same transaction may bring one.
 */
export function issueKeys(
  series: SeriesId,
  to: AccountId,
  serials: readonly string[],
): Key<Coupon | Count>[] {
  return [...serials.map((serial) => couponKey(series, serial)), couponCountKey(series, to)]
}

/** What an issue writes and posts. */
export interface IssuedCoupons {
  readonly ok: true
  readonly writes: readonly RecordWrite[]
  readonly entry: EntryContent
}

/**
 * Issues coupons out of the lane of a bound, which the issuer's transactions have to themselves. The
 * account must be there. Refuses what is stopped or over, a serial that is used, more than a member
 * may get, and more than the bound has.
 */
export function issueWithin(
  issue: CouponIssue,
  { bound, exhausted }: Pick<QuotaDraw, 'bound' | 'exhausted'>,
  state: StateView,
  context: DecisionContext,
): IssuedCoupons | Refusal {
  const refusal = refuseIssue(issue, state, context)
  if (refusal !== undefined) return refusal
  const organisation = issue.series.issuer
  const amount = issuedAmount(issue)
  const drawn = drawQuota({ bound, organisation, amount, exhausted }, state, context)
  if (!drawn.ok) return drawn
  const writes = [...issueWrites(issue, state, context), drawn.write]
  return { ok: true, writes, entry: issueEntry(issue) }
}

/** What the coupons of an issue come to, in the unit of their series. */
function issuedAmount({ series, serials }: CouponIssue): bigint {
  return amountOfOne(series) * BigInt(serials.length)
}

function refuseIssue(
  { series, to, serials }: CouponIssue,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { id, validity, perMember } = series
  if (series.stopped) return refuse('SERIES_STOPPED', { series: id })
  if (validity.kind === 'window' && validity.until < context.ledger.cycle.date) {
    return refuse('SERIES_OVER', { series: id, until: validity.until })
  }
  const used = serials.find((serial) => state.get(couponKey(id, serial)) !== undefined)
  if (used !== undefined) return refuse('COUPON_EXISTS', { series: id, serial: used })
  if (perMember === null) return undefined
  const count = countOf(series, to, state)
  if (count + serials.length <= perMember) return undefined
  return refuse('PER_MEMBER_CAP', { series: id, account: to, perMember: String(perMember) })
}

/** The new coupons, and how many the member has had then. */
function issueWrites(
  { series, to, serials }: CouponIssue,
  state: StateView,
  context: DecisionContext,
): RecordWrite[] {
  const coupon: Coupon = {
    account: to,
    state: 'held',
    amount: amountOfOne(series),
    ...validityOf(series, context.ledger.cycle.date),
  }
  const writes: RecordWrite[] = serials.map((serial) => write(couponKey(series.id, serial), coupon))
  if (series.perMember === null) return writes
  const count = countOf(series, to, state) + serials.length
  return [...writes, write(couponCountKey(series.id, to), { count })]
}

/** Dr issued / Cr the member's wallet. */
function issueEntry(issue: CouponIssue): EntryContent {
  const line = { asset: issue.series.id, amount: issuedAmount(issue) }
  const amount = amountOfOne(issue.series)
  const coupons = issue.serials.map((serial) => ({ serial, amount }))
  return {
    postings: [
      { ...line, account: ISSUED, side: 'debit' },
      { ...line, account: holdingPath(issue.to), side: 'credit', coupons },
    ],
    references: {},
  }
}

function countOf({ id }: CouponSeries, to: AccountId, state: StateView): number {
  return state.get(couponCountKey(id, to))?.count ?? 0
}
