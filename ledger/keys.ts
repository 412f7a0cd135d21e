import type { ClaimCode } from './claim-code.ts'
import { CLAIM_CODE } from './claim-code.ts'
import type { Agreement } from './agreement.ts'
import { AGREEMENT } from './agreement.ts'
import type { Coupon, CouponSeries } from './coupon-series.ts'
import type { Gift } from './gift.ts'
import { GIFT } from './gift.ts'
import type { Auction } from './auction.ts'
import { AUCTION } from './auction.ts'
import type { Clock } from './clock.ts'
import { CLOCK } from './clock.ts'
import type { Offer } from './offer.ts'
import { OFFER } from './offer.ts'
import type {
  AccountId,
  ActorId,
  AssetId,
  ContractId,
  OrganisationId,
  SeriesId,
} from './identifiers.ts'
import type { PaymentRequest } from './payment-request.ts'
import { PAYMENT_REQUEST } from './payment-request.ts'
import type { AccountPath } from './posting.ts'
import type { SealedBid } from './sealed-bid.ts'
import { SEALED_BID } from './sealed-bid.ts'
import type { CouponDay, Purchase } from './purchase.ts'
import { COUPON_DAY, PURCHASE } from './purchase.ts'
import type { OwedPoints, PurchaseReturn } from './purchase-return.ts'
import { OWED_POINTS, PURCHASE_RETURN } from './purchase-return.ts'
import type { ExchangeRate, MemberExchange } from './rate.ts'
import { MEMBER_EXCHANGE, RATE } from './rate.ts'
import type {
  Account,
  Actor,
  Codec,
  Count,
  Delta,
  Holding,
  Ledger,
  Mark,
  NetDebitCap,
  Organisation,
  PeriodLock,
  PointsProgramme,
  QuotaLane,
  QuotaPool,
  RecordedOutcome,
} from './records.ts'
import {
  ACCOUNT,
  ACTOR,
  COUNT,
  COUPON,
  DELTA,
  HOLDING,
  LEDGER,
  MARK,
  NET_DEBIT_CAP,
  ORGANISATION,
  ORGANISATIONS,
  OUTCOME,
  PERIOD_LOCK,
  PROGRAMME,
  QUOTA_LANE,
  QUOTA_POOL,
  SERIES,
} from './records.ts'
import type { Payment, Position, SettlementTerms } from './settlement.ts'
import { PAYMENT, POSITION, SETTLEMENT } from './settlement.ts'
import type { Reconciliation } from './statement.ts'
import { RECONCILIATION } from './statement.ts'
import type { Rush } from './rush.ts'
import { RUSH } from './rush.ts'

/** Where a record of one kind lies in the state. The parts of `name` are separated by slashes. */
export interface Key<T> {
  readonly name: string
  readonly codec: Codec<T>
}

export const ledgerKey: Key<Ledger> = { name: 'ledger', codec: LEDGER }

/** The time that the ledger knows. */
export const clockKey: Key<Clock> = { name: 'clock', codec: CLOCK }

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

/** How many coupons of a series an account was issued, where there is a cap. */
export function couponCountKey(series: SeriesId, account: AccountId): Key<Count> {
  return { name: `couponcount/${series}/${account}`, codec: COUNT }
}

export function giftKey(id: ContractId): Key<Gift> {
  return { name: `gift/${id}`, codec: GIFT }
}

/** A claim code of a series, by the id of its public key. */
export function claimCodeKey(series: SeriesId, keyId: string): Key<ClaimCode> {
  return { name: `claimcode/${series}/${keyId}`, codec: CLAIM_CODE }
}

export function rushKey(id: ContractId): Key<Rush> {
  return { name: `rush/${id}`, codec: RUSH }
}

/** How many coupons an account has claimed in a rush. */
export function rushCountKey(rush: ContractId, account: AccountId): Key<Count> {
  return { name: `rushclaim/${rush}/${account}`, codec: COUNT }
}

/** How many coupons of a series an account used on the last day on which it did, where there is a cap. */
export function couponDayKey(series: SeriesId, account: AccountId): Key<CouponDay> {
  return { name: `couponday/${series}/${account}`, codec: COUPON_DAY }
}

export function purchaseKey(id: ContractId): Key<Purchase> {
  return { name: `purchase/${id}`, codec: PURCHASE }
}

export function offerKey(id: ContractId): Key<Offer> {
  return { name: `offer/${id}`, codec: OFFER }
}

export function auctionKey(id: ContractId): Key<Auction> {
  return { name: `auction/${id}`, codec: AUCTION }
}

export function sealedBidKey(id: ContractId): Key<SealedBid> {
  return { name: `bid/${id}`, codec: SEALED_BID }
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

export function rateKey(id: ContractId): Key<ExchangeRate> {
  return { name: `rate/${id}`, codec: RATE }
}

export function agreementKey(id: ContractId): Key<Agreement> {
  return { name: `agreement/${id}`, codec: AGREEMENT }
}

export function requestKey(id: ContractId): Key<PaymentRequest> {
  return { name: `request/${id}`, codec: PAYMENT_REQUEST }
}

export function settlementKey(id: ContractId): Key<SettlementTerms> {
  return { name: `settlement/${id}`, codec: SETTLEMENT }
}

/** What a pair owes each other in a cycle, by the id that both its names and the cycle make. */
export function positionKey(id: ContractId): Key<Position> {
  return { name: `position/${id}`, codec: POSITION }
}

export function paymentKey(id: ContractId): Key<Payment> {
  return { name: `payment/${id}`, codec: PAYMENT }
}

/** The reconciliation of a pair's cycle, under the id of their position. */
export function reconciliationKey(id: ContractId): Key<Reconciliation> {
  return { name: `reconciliation/${id}`, codec: RECONCILIATION }
}

/** How much an organisation may come to owe in a cycle. */
export function netDebitCapKey(organisation: OrganisationId): Key<NetDebitCap> {
  return { name: `netdebitcap/${organisation}`, codec: NET_DEBIT_CAP }
}

/** Up to when an organisation has closed its books. */
export function periodLockKey(organisation: OrganisationId): Key<PeriodLock> {
  return { name: `periodlock/${organisation}`, codec: PERIOD_LOCK }
}

/** What a member has received under a rate on a business date. */
export function memberExchangeKey(rate: ContractId, member: ActorId): Key<MemberExchange> {
  return { name: `exchanged/${rate}/${member}`, codec: MEMBER_EXCHANGE }
}

/** What was taken back of an award, by the hash of its entry. */
export function returnKey(entryHash: string): Key<PurchaseReturn> {
  return { name: `returned/${entryHash}`, codec: PURCHASE_RETURN }
}

/** Points that an account owes out of what it earns next. */
export function owedKey(account: AccountId, asset: AssetId): Key<OwedPoints> {
  return { name: `owed/${account}/${asset}`, codec: OWED_POINTS }
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
  'couponday',
  'couponcount',
  'exchanged',
  'returned',
  'claimcode',
  'rushclaim',
  'gift',
  'offer',
  'auction',
  'bid',
  'purchase',
  'quote',
  'agreement',
  'request',
  'position',
  'payment',
  'reconciliation',
  'periodlock',
  'netdebitcap',
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
