export { AgreementTermsText, oracleText } from './agreement.ts'
export type { AgreementTerms } from './agreement.ts'
export { multiply, PositiveAmount } from './amount.ts'
export type { Rational } from './amount.ts'
export { BasketText } from './basket.ts'
export type { Basket } from './basket.ts'
export { breakageOf, earnedRevenue } from './breakage.ts'
export { claimText } from './claim-code.ts'
export type { BasketContent } from './basket-content.ts'
export { CONTRACT_KINDS } from './contract.ts'
export type { Contract, ContractKind } from './contract.ts'
export { amountOfOne, COUPON_STATES } from './coupon-series.ts'
export type { Coupon, CouponSeries, CouponState } from './coupon-series.ts'
export { TradedTurnover } from './clearing-turnover.ts'
export type { Clock } from './clock.ts'
export { decodeAnswer, encodeAnswer } from './answer.ts'
export type { SubmitAnswer } from './answer.ts'
export type { StateWrite } from './batch-state.ts'
export { lotsText, replayedBooks, replayedContents, stateBooks, stateContents } from './books.ts'
export type { Books, LedgerState } from './books.ts'
export { addDays, BusinessDateText, cycleName, endOfMonth } from './business-date.ts'
export type { BusinessDate, Cycle } from './business-date.ts'
export { canonicalJson } from './canonical.ts'
export type { CanonicalValue } from './canonical.ts'
export type { CallContext, Cryptography, StateReader } from './capabilities.ts'
export {
  CHAINCODE_NAME,
  CommandText,
  contentText,
  SignedCommandText,
  signingText,
} from './command.ts'
export type { Command, Proof, SignedCommand } from './command.ts'
export { exchangeLegs, receivedLots, refuseRate } from './exchange-terms.ts'
export type { ExchangeLeg } from './exchange-terms.ts'
export { canonicalEntry, EntryText, parseEntry } from './entry.ts'
export type { Entry, EntryReferences } from './entry.ts'
export {
  ERROR_TABLE,
  isErrorCode,
  isLedgerErrorCode,
  LedgerError,
  parseLedgerError,
} from './errors.ts'
export type { ErrorCode, ErrorDetail, ErrorSpec, LedgerErrorCode } from './errors.ts'
export {
  AccountIdText,
  ActorIdText,
  CommandIdText,
  ContractIdText,
  isOrganisation,
  isRateBound,
  isSeries,
  organisationOf,
  OrganisationIdText,
  PersonIdText,
  PointsAssetIdText,
  QuotaBoundText,
  ReferenceText,
  SerialText,
  SeriesIdText,
  TransactionIdText,
} from './identifiers.ts'
export type {
  AccountId,
  ActorId,
  AssetId,
  ContractId,
  OrganisationId,
  SeriesId,
} from './identifiers.ts'
export { giftClaimText, recipientText, seedText } from './gift.ts'
export type { Outcome, PublishedEntry } from './judge.ts'
export {
  accountKey,
  actorKey,
  clockKey,
  commandKey,
  couponDayKey,
  couponKey,
  creditKey,
  deltaKey,
  holdingKey,
  ledgerKey,
  netDebitCapKey,
  organisationKey,
  organisationsKey,
  owedKey,
  paymentKey,
  positionKey,
  programmeKey,
  quotaLaneKey,
  quotaPoolKey,
  rateKey,
  seriesKey,
  settlementKey,
  rushKey,
  splitKey,
} from './keys.ts'
export type { Key } from './keys.ts'
export { LANES } from './lanes.ts'
export { MAX_CLOSED_DELTAS } from './commands/close-position.ts'
export { MAX_COMPACTED_DELTAS } from './commands/compact.ts'
export { capOn, isNetDebitBound, netDebitBound, splitNetDebitBound } from './net-debit.ts'
export { cyclePositions } from './netting.ts'
export type {
  ClearingTurnover,
  CyclePositions,
  NetPosition,
  NettedPayment,
  PairPosition,
} from './netting.ts'
export { lotStatus, lotTotals, mergeLots, NEVER, sumLots, takeAvailable } from './lot.ts'
export type { Lot, LotStatus, LotTotals } from './lot.ts'
export {
  CHART_OF_ACCOUNTS,
  clearingPath,
  codeOf,
  EXCHANGED_OUT,
  EXPIRED,
  holdingAccount,
  holdingPath,
  ISSUED,
  postingOfTuple,
  postingTuple,
  REDEEMED,
  SETTLEMENT_ASSET,
} from './posting.ts'
export type {
  AccountCode,
  AccountPath,
  CouponPart,
  Posting,
  PostingTuple,
  Side,
} from './posting.ts'
export { itemsOf, ORDER_FACTS } from './order.ts'
export { evaluateOrder } from './order-terms.ts'
export type { OfferedCoupon, OfferedPoints, PaymentVerdict } from './order-terms.ts'
export type { CouponDay } from './purchase.ts'
export { keyIdOf, PublicKeyText } from './public-key.ts'
export { sealedBidId, sealedBidText } from './sealed-bid.ts'
export { decodePublication, encodePublication } from './publication.ts'
export type { PlacedEntry, PublicationContext } from './publication.ts'
export { rateBound, splitRateBound } from './rate.ts'
export type { ExchangeRate } from './rate.ts'
export { ROLES } from './records.ts'
export type {
  Account,
  Actor,
  Delta,
  Holding,
  Ledger,
  NetDebitCap,
  Organisation,
  PointsProgramme,
  PublicKey,
  QuotaLane,
  QuotaPool,
  RecordedOutcome,
  Role,
} from './records.ts'
export { ReplayedBooks } from './replay.ts'
export type { AccountBalance } from './replay.ts'
export type { CommandRule, HoldingReference } from './rule.ts'
export { RULES } from './rules.ts'
export type { Rush } from './rush.ts'
export { positionId, unsentFen } from './settlement.ts'
export type { Payment, Position, SettlementTerms } from './settlement.ts'
export { contendedKeys, debitsOf, homeOf, payersOf, shapeCommand, shapeOf } from './shape.ts'
export type { ShapedCommand } from './shape.ts'
export {
  malformedOutcome,
  MAX_COMMANDS,
  MAX_FOLDED_CREDITS,
  parseSubmit,
  submit,
} from './submit.ts'
export type { SubmitRequest, SubmitResult } from './submit.ts'
export { statementText } from './statement.ts'
export type { Statement } from './statement.ts'
export { shortfall } from './sufficiency.ts'
