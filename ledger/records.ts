import type { Rational } from './amount.ts'
import type { BusinessDate, Cycle } from './business-date.ts'
import type { CanonicalValue } from './canonical.ts'
import { canonicalJson } from './canonical.ts'
import type { Coupon, CouponSeries, CouponState } from './coupon-series.ts'
import type { AccountId, ActorId, AssetId, OrganisationId } from './identifiers.ts'
import type { ErrorDetail, LedgerErrorCode } from './errors.ts'
import type { Lot, LotTuple } from './lot.ts'
import { lotOfTuple, lotTuple } from './lot.ts'

/** What this ledger is and where its calendar stands: postings read it, only a roll writes it. */
export interface Ledger {
  readonly ledgerId: string
  readonly cycle: Cycle
}

export interface Organisation {
  readonly id: OrganisationId
  readonly name: string
}

export const ROLES = ['issuer', 'cashier', 'finance', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface PublicKey {
  readonly keyId: string
  readonly kind: 'p256'
  /** Subject public key info, DER, in base64. */
  readonly publicKey: string
}

/** A person: a member, or one of an organisation's staff. */
export interface Actor {
  readonly id: ActorId
  readonly organisation: OrganisationId
  readonly kind: 'member' | 'staff'
  readonly roles: readonly Role[]
  readonly keys: readonly PublicKey[]
}

export interface Account {
  readonly id: AccountId
  readonly owner: ActorId
  /** Its gateway submits what debits the account. */
  readonly home: OrganisationId
}

/** A points programme 积分计划. */
export interface PointsProgramme {
  readonly id: AssetId
  readonly issuer: OrganisationId
  readonly name: string
  readonly pointsPerYuan: Rational
  /** What a point is worth between organisations, in micro-yuan. */
  readonly pricePerPoint: Rational
  /** Whole months until the end of the month in which points expire; null: never. */
  readonly expiresAfterMonths: number | null
  readonly transferable: boolean
  readonly budget: bigint
  readonly acceptors: readonly OrganisationId[]
  readonly partners: readonly OrganisationId[]
  /** What becomes of points that are due back with goods, and spent: dropped (absent), or owed. */
  readonly returns?: 'none' | 'owed'
}

/** What an account held in an asset when it was last debited; credits since lie in their own keys. */
export interface Holding {
  readonly lots: readonly Lot[]
}

/** What one transaction posted to an account of which nobody needs the balance at once. */
export interface Delta {
  readonly debit: bigint
  readonly credit: bigint
}

/** What is left of a budget in the pool that refills its lanes. */
export interface QuotaPool {
  readonly left: bigint
}

/** What is left in a quota lane. */
export interface QuotaLane {
  readonly left: bigint
  /** What the pool held after the lane was last refilled; it never holds more later. */
  readonly poolLeft?: bigint
}

/** The outcome of a command, kept for ever under its actor and id. */
export type RecordedOutcome =
  | { readonly status: 'accepted'; readonly hash: string; readonly entryHash?: string }
  | {
      readonly status: 'refused'
      readonly hash: string
      readonly code: LedgerErrorCode
      readonly detail: ErrorDetail
    }
  | { readonly status: 'voided' }

/** That a thing has happened, and by which command. */
export interface Mark {
  readonly actor: ActorId
  readonly commandId: string
}

/** The last day of which an organisation's books are closed. */
export interface PeriodLock {
  readonly until: BusinessDate
}

/** How much an organisation may come to owe all others, net, in a cycle, in micro-yuan. */
export interface NetDebitCap {
  /** The first business date of `microYuan`; until then `before` holds. Absent: no bound. */
  readonly validFrom: BusinessDate
  readonly microYuan?: bigint
  readonly before?: bigint
}

/** How often a thing has happened that may happen only so often. */
export interface Count {
  readonly count: number
}

/** How a kind of record stands in the state, as canonical JSON. */
export interface Codec<T> {
  encode(value: T): string
  decode(text: string): T
}

/** A codec for records in which bigint stands only where `revive` says. */
export function codec<T>(
  flatten: (value: T) => CanonicalValue,
  revive: (stored: never) => T,
): Codec<T> {
  return {
    encode: (value) => canonicalJson(flatten(value)),
    decode: (text) => revive(JSON.parse(text) as never),
  }
}

/** What a record looks like after JSON.parse: bigint has become text. */
export type Stored<T> = T extends bigint
  ? string
  : T extends object
    ? { readonly [K in keyof T]: Stored<T[K]> }
    : T

function plain<T extends object>(): Codec<T> {
  return codec<T>(
    (value) => value as unknown as CanonicalValue,
    (stored: T) => stored,
  )
}

function reviveRational(stored: Stored<Rational>): Rational {
  return { numerator: BigInt(stored.numerator), denominator: BigInt(stored.denominator) }
}

export const LEDGER = plain<Ledger>()
export const ORGANISATION = plain<Organisation>()
export const ORGANISATIONS = plain<readonly OrganisationId[]>()
export const ACTOR = plain<Actor>()
export const ACCOUNT = plain<Account>()
export const OUTCOME = plain<RecordedOutcome>()
export const MARK = plain<Mark>()
export const COUNT = plain<Count>()
export const PERIOD_LOCK = plain<PeriodLock>()

export const PROGRAMME = codec<PointsProgramme>(
  (value) => ({
    ...value,
    pointsPerYuan: { ...value.pointsPerYuan },
    pricePerPoint: { ...value.pricePerPoint },
  }),
  (stored: Stored<PointsProgramme>) => ({
    ...stored,
    pointsPerYuan: reviveRational(stored.pointsPerYuan),
    pricePerPoint: reviveRational(stored.pricePerPoint),
    budget: BigInt(stored.budget),
  }),
)

export const SERIES = codec<CouponSeries>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<CouponSeries>) => ({
    ...stored,
    value: reviveSeriesValue(stored.value),
    minimumSpendFen: BigInt(stored.minimumSpendFen),
    budget: BigInt(stored.budget),
  }),
)

function reviveSeriesValue(stored: Stored<CouponSeries>['value']): CouponSeries['value'] {
  if (stored.kind === 'shopping') return { ...stored, faceFen: BigInt(stored.faceFen) }
  const { discount } = stored
  return discount.kind === 'amount'
    ? { ...stored, discount: { ...discount, fen: BigInt(discount.fen) } }
    : { ...stored, discount: { ...discount, capFen: BigInt(discount.capFen) } }
}

type CouponTuple = readonly [
  account: string,
  state: CouponState,
  amount: string,
  validFrom: string,
  expires: string,
  keptBy?: string,
]

/** As arrays: a campaign has a hundred thousand of them. */
export const COUPON = codec<Coupon>(
  ({ account, state, amount, validFrom, expires, keptBy }) => {
    const values = [account, state, String(amount), validFrom, expires]
    return keptBy === undefined ? values : [...values, keptBy]
  },
  ([account, state, amount, validFrom, expires, keptBy]: CouponTuple) => {
    const coupon = { account, state, amount: BigInt(amount), validFrom, expires }
    return keptBy === undefined ? coupon : { ...coupon, keptBy }
  },
)

/** As arrays, since holdings are most of what transactions write. */
export const HOLDING = codec<Holding>(
  ({ lots }) => lots.map((lot): string[] => [...lotTuple(lot)]),
  (stored: readonly LotTuple[]) => ({ lots: stored.map(lotOfTuple) }),
)

export const DELTA = codec<Delta>(
  (value) => ({ ...value }),
  (stored: Stored<Delta>) => ({ debit: BigInt(stored.debit), credit: BigInt(stored.credit) }),
)

export const QUOTA_POOL = codec<QuotaPool>(
  (value) => ({ ...value }),
  (stored: Stored<QuotaPool>) => ({ left: BigInt(stored.left) }),
)

export const QUOTA_LANE = codec<QuotaLane>(
  (value) => ({ ...value }),
  ({ left, poolLeft }: Stored<QuotaLane>) => ({
    left: BigInt(left),
    ...(poolLeft !== undefined && { poolLeft: BigInt(poolLeft) }),
  }),
)

export const NET_DEBIT_CAP = codec<NetDebitCap>(
  (value) => ({ ...value }),
  ({ validFrom, microYuan, before }: Stored<NetDebitCap>) => ({
    validFrom,
    ...(microYuan !== undefined && { microYuan: BigInt(microYuan) }),
    ...(before !== undefined && { before: BigInt(before) }),
  }),
)
