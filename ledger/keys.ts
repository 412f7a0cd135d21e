import type { Coupon, CouponSeries } from './coupon-series.ts'
import type { AccountId, ActorId, AssetId, OrganisationId, SeriesId } from './identifiers.ts'
import type { AccountPath } from './posting.ts'
import type {
  Account,
  Actor,
  Codec,
  Delta,
  Holding,
  Ledger,
  Mark,
  Organisation,
  PointsProgramme,
  QuotaLane,
  QuotaPool,
  RecordedOutcome,
} from './records.ts'
import {
  ACCOUNT,
  ACTOR,
  COUPON,
  DELTA,
  HOLDING,
  LEDGER,
  MARK,
  ORGANISATION,
  ORGANISATIONS,
  OUTCOME,
  PROGRAMME,
  QUOTA_LANE,
  QUOTA_POOL,
  SERIES,
} from './records.ts'

/** Where a record of one kind lies in the state. The parts of `name` are separated by slashes. */
export interface Key<T> {
  readonly name: string
  readonly codec: Codec<T>
}

export const ledgerKey: Key<Ledger> = { name: 'ledger', codec: LEDGER }

/** The ids of all organisations, for majorities. */
export const organisationsKey: Key<readonly OrganisationId[]> = {
  name: 'organisations',
  codec: ORGANISATIONS,
}

export function organisationKey(id: OrganisationId): Key<Organisation> {
  return { name: `organisation/${id}`, codec: ORGANISATION }
}

export function actorKey(id: ActorId): Key<Actor> {
  return { name: `actor/${id}`, codec: ACTOR }
}

export function accountKey(id: AccountId): Key<Account> {
  return { name: `account/${id}`, codec: ACCOUNT }
}

export function programmeKey(id: AssetId): Key<PointsProgramme> {
  return { name: `programme/${id}`, codec: PROGRAMME }
}

export function seriesKey(id: SeriesId): Key<CouponSeries> {
  return { name: `series/${id}`, codec: SERIES }
}

/** One coupon: who has it, and in which state it is. */
export function couponKey(series: SeriesId, serial: string): Key<Coupon> {
  return { name: `coupon/${series}/${serial}`, codec: COUPON }
}

/** An account's holding of an asset: its base, changed only by debits. */
export function holdingKey(account: AccountId, asset: AssetId): Key<Holding> {
  return { name: `holding/${account}/${asset}`, codec: HOLDING }
}

/** What a transaction credited to a holding: a blind write, folded into the base by a debit. */
export function creditKey(account: AccountId, asset: AssetId, transactionId: string): Key<Holding> {
  return { name: `credit/${account}/${asset}/${transactionId}`, codec: HOLDING }
}

/**
 * What a transaction posted to an account, or to all accounts of a code: a blind write. Or what a
 * compaction put together, under a hash of its own in the place of the transaction's id.
 */
export function deltaKey(path: AccountPath, asset: AssetId, transactionId: string): Key<Delta> {
  return { name: `delta/${path}/${asset}/${transactionId}`, codec: DELTA }
}

/** The pool of a budget, from which lanes are refilled. */
export function quotaPoolKey(bound: AssetId): Key<QuotaPool> {
  return { name: `quota/${bound}`, codec: QUOTA_POOL }
}

/** A lane of a budget: one organisation's transactions in one lane read and write only this. */
export function quotaLaneKey(
  bound: AssetId,
  organisation: OrganisationId,
  lane: number,
): Key<QuotaLane> {
  return { name: `quota/${bound}/${organisation}/${lane}`, codec: QUOTA_LANE }
}

export function commandKey(actor: ActorId, id: string): Key<RecordedOutcome> {
  return { name: `command/${actor}/${id}`, codec: OUTCOME }
}

/** That points were issued for a receipt, and the issue stands. */
export function receiptKey(organisation: OrganisationId, receipt: string): Key<Mark> {
  return { name: `receipt/${organisation}/${receipt}`, codec: MARK }
}

/** That an order was paid from an account, and the redemption stands. */
export function orderKey(acceptor: OrganisationId, order: string, account: AccountId): Key<Mark> {
  return { name: `order/${acceptor}/${order}/${account}`, codec: MARK }
}

/** That an entry was reversed. */
export function reversalKey(entryHash: string): Key<Mark> {
  return { name: `reversal/${entryHash}`, codec: MARK }
}

/** Kinds of key that a command reads and then writes: two transactions in flight must not share one. */
const CONTENDED = new Set([
  'holding',
  'command',
  'receipt',
  'order',
  'reversal',
  'delta',
  'coupon',
  'gift',
  'offer',
  'auction',
  'bid',
  'purchase',
  'quote',
  'agreement',
])

/** Whether two transactions in flight that both name this key would invalidate one another. */
export function isContended(key: Key<unknown>): boolean {
  return CONTENDED.has(key.name.slice(0, key.name.indexOf('/')))
}

/** The parts of a key's name: the kind first. */
export function splitKey(name: string): { readonly kind: string; readonly parts: string[] } {
  const [kind = '', ...parts] = name.split('/')
  return { kind, parts }
}
