/**
 * What a refusal means to the caller.
 * `status` is the HTTP status, `retryable` says that the same command may succeed later, `recorded`
 * that the refusal is kept on chain under the command's id and stays. A code is never used again
 * for another meaning.
 */
export interface ErrorSpec {
  readonly status: number
  readonly retryable: boolean
  readonly recorded: boolean
  readonly message: string
}

function passing(status: number, message: string): ErrorSpec {
  return { status, retryable: false, recorded: false, message }
}

function retryable(status: number, message: string): ErrorSpec {
  return { status, retryable: true, recorded: false, message }
}

function recorded(status: number, message: string): ErrorSpec {
  return { status, retryable: false, recorded: true, message }
}

/** Codes by which a command or a request to the contract is refused on chain. */
export const LEDGER_ERRORS = {
  // shape
  COMMAND_MALFORMED: passing(400, 'The command is not of the form its type asks for.'),
  SUBMIT_MALFORMED: passing(400, 'The request to the contract is not of the form it asks for.'),
  WRONG_LEDGER: passing(400, 'The command is meant for another channel or ledger.'),
  LEDGER_NOT_OPEN: passing(409, 'The ledger has not been opened yet; OpenLedger comes first.'),
  LEDGER_OPEN: passing(409, 'The ledger is open already.'),
  // idempotency
  COMMAND_ID_REUSED: passing(409, 'This command id has been used for another command.'),
  COMMAND_VOIDED: passing(409, 'This command id was voided; nothing was posted or will be.'),
  // proof and actor
  ACTOR_UNKNOWN: passing(403, 'The person who signs is not registered.'),
  PROOF_MISSING: passing(403, 'The command lacks a proof by its actor.'),
  PROOF_INVALID: passing(403, 'A proof does not fit the command and a registered key.'),
  CALLER_NOT_ORGANISATION: passing(
    403,
    "An organisation's own act must come under that organisation's Fabric identity.",
  ),
  CALLER_NOT_ADMIN: passing(403, "This act takes the organisation's admin identity."),
  COMMAND_EXPIRED: passing(409, 'The business date is past the notAfter of the command.'),
  FUNDER_MUST_SUBMIT: passing(
    403,
    'Points are issued through the gateway of the organisation that funds them.',
  ),
  ISSUER_MUST_SUBMIT: passing(
    403,
    'Coupons are issued through the gateway of the organisation whose series they are of.',
  ),
  // existence
  ORGANISATION_UNKNOWN: recorded(404, 'The organisation is not registered.'),
  ORGANISATION_EXISTS: recorded(409, 'The organisation is registered already.'),
  ACTOR_EXISTS: recorded(409, 'The person is registered already.'),
  ACCOUNT_UNKNOWN: recorded(404, 'The account does not exist.'),
  ACCOUNT_EXISTS: recorded(409, 'The account exists already.'),
  ASSET_UNKNOWN: recorded(404, 'The asset is not defined.'),
  ASSET_EXISTS: recorded(409, 'The asset is defined already.'),
  COUPON_UNKNOWN: recorded(404, 'The series has no coupon of this serial number.'),
  ENTRY_UNKNOWN: recorded(404, 'No entry of the ledger has this content.'),
  CONTRACT_UNKNOWN: recorded(404, 'There is no contract of this kind and id.'),
  CONTRACT_EXISTS: recorded(409, 'A contract of this kind and id exists already.'),
  // authority and rules
  APPROVALS_MISSING: passing(403, 'More of the people concerned have to sign this.'),
  NOT_AUTHORISED: recorded(403, 'The actor has no authority for this command.'),
  SERIES_TERMS_INVALID: recorded(422, 'A term of the series contradicts the others or is over.'),
  SERIES_FROZEN: recorded(
    409,
    'This term can no longer change: coupons were issued, or a budget would grow.',
  ),
  SERIES_STOPPED: recorded(409, 'The issuer has stopped the series.'),
  SERIES_OVER: recorded(422, 'The last day of the series is over.'),
  COUPON_EXISTS: recorded(409, 'The series has a coupon of this serial number already.'),
  PER_MEMBER_CAP: recorded(422, 'The member would get more coupons of the series than one may.'),
  CLAIM_CODE_UNKNOWN: recorded(404, 'The series has no such claim code.'),
  CLAIM_CODE_EXISTS: recorded(409, 'The series has this claim code already.'),
  CLAIM_SIGNATURE_INVALID: passing(
    403,
    "The signature by the claim code's key is not of this series and account.",
  ),
  CLAIM_CODE_USED: recorded(409, 'The claim code has been used.'),
  RUSH_NOT_YET: recorded(422, 'The first day of the rush has not come.'),
  RUSH_OVER: recorded(409, 'The rush is over: all coupons are claimed, or its last day is past.'),
  RUSH_CLAIMED: recorded(409, 'The account has had in this rush what one may.'),
  AVAILABLE_FROM_TOO_LATE: recorded(
    422,
    'Points may be held back for at most 30 days, and not past their expiry.',
  ),
  RECEIPT_USED: recorded(409, 'Points were already issued for this receipt.'),
  NOTHING_TO_ISSUE: recorded(422, 'The purchase is too small for a single point.'),
  SAME_ACCOUNT: recorded(422, 'Sender and receiver are the same account.'),
  NOT_TRANSFERABLE: recorded(422, 'These points cannot be passed on.'),
  BASKET_EMPTY: recorded(422, 'Neither points nor coupons are named.'),
  ASSET_TWICE: recorded(422, 'The same points are named twice; put them into one amount.'),
  NOT_COUPON_HOLDER: recorded(403, 'Another account has this coupon.'),
  COUPON_RESERVED: recorded(409, 'The coupon is reserved for an order.'),
  COUPON_GIFTED: recorded(409, 'The coupon lies in a gift that is open.'),
  COUPON_OFFERED: recorded(409, 'The coupon lies in an offer that is open.'),
  COUPON_AUCTIONED: recorded(409, 'The coupon lies in an auction that is open.'),
  COUPON_REDEEMED: recorded(409, 'The coupon has been redeemed.'),
  COUPON_EXPIRED: recorded(409, 'The coupon has expired.'),
  COUPON_VOIDED: recorded(409, 'The coupon has been made void.'),
  COUPON_PAST_DATE: recorded(422, 'The last day of the coupon is over.'),
  COUPON_NOT_YET: recorded(422, 'The first day of the coupon has not come.'),
  NOT_ACCEPTED: recorded(422, 'This organisation does not accept these points or coupons.'),
  COUPON_BLACKED_OUT: recorded(422, 'Coupons of this series are not accepted on this day.'),
  CATEGORY_NOT_COVERED: recorded(422, 'The coupon pays for none of the categories of the order.'),
  BELOW_MINIMUM_SPEND: recorded(422, 'What the coupon pays for is less than its minimum spend.'),
  STACKING_REFUSED: recorded(422, 'By the stacking rules this does not go with another coupon.'),
  DAILY_CAP_REACHED: recorded(422, 'The account has used as many of the series today as one may.'),
  COUPON_EXCEEDS_ORDER: recorded(
    422,
    'The coupon can only be used as a whole, and is more than what is left to pay.',
  ),
  POINTS_EXCEED_ORDER: recorded(422, 'The points are worth more than what is left to pay.'),
  NOTHING_LEFT_TO_PAY: recorded(422, 'Nothing is left to pay, or it is worth less than a fen.'),
  CONTRACT_ELSEWHERE: recorded(
    422,
    'A contract is named after the home organisation of the account that opens it.',
  ),
  LAST_DAY_PAST: recorded(422, 'The last day that is named for it is over already.'),
  CONTRACT_PAST_DATE: recorded(422, 'The last day of the contract is over.'),
  NOT_DUE: passing(409, 'The contract is not due for its end yet.'),
  NOT_ADDRESSEE: recorded(403, 'The offer is made to another account.'),
  OFFER_CLOSED: recorded(409, 'The offer was accepted, cancelled or returned.'),
  OFFER_DIFFERS: recorded(422, 'The offer is of other baskets than those that are named.'),
  NOT_SHARED_POINTS: recorded(422, 'Only points of one kind are divided into shares.'),
  TOO_MANY_SHARES: recorded(422, 'There are more shares than points.'),
  GIFT_CLOSED: recorded(409, 'The gift was claimed, recalled or returned.'),
  SHARE_TAKEN: recorded(409, 'The account has had its share of this gift.'),
  SEED_INVALID: recorded(403, 'The seed of the shares is not the one that was committed to.'),
  RECIPIENT_INVALID: recorded(403, 'The gift is for somebody with another number.'),
  LINK_SIGNATURE_INVALID: recorded(
    403,
    "The signature by the link's key is not of this gift and account.",
  ),
  ORDER_AMOUNT_DIFFERS: recorded(422, "The amounts of the items do not come to the order's."),
  ORDER_PAID: recorded(409, 'This order has already been paid from this account.'),
  PURCHASE_CLOSED: recorded(409, 'The order is not reserved any more: paid or released.'),
  PURCHASE_UNPAID: recorded(409, 'The order has not been paid, so there is nothing to refund.'),
  REFUND_EXCEEDS: recorded(422, 'More would be given back than was paid and is not refunded yet.'),
  AGREEMENT_DIFFERS: recorded(422, 'The agreement has other terms than those that were signed.'),
  AGREEMENT_CLOSED: recorded(409, 'The agreement was executed, withdrawn or has lapsed.'),
  ALREADY_SIGNED: recorded(409, 'All that the actor can sign for is signed already.'),
  ORACLE_SIGNATURE_INVALID: recorded(403, "The signature is not the oracle's for this agreement."),
  SIGNATURES_MISSING: passing(409, 'Not all who have to sign the agreement have done so.'),
  CONDITION_UNMET: passing(409, 'A condition of the agreement is not met yet.'),
  REQUEST_CLOSED: recorded(409, 'The request was paid, declined or taken back, or has lapsed.'),
  REQUEST_DIFFERS: recorded(422, 'The request asks for something else than what was signed.'),
  DATES_REVERSED: recorded(422, 'The first day that is named comes after the last.'),
  RATES_UNFIT: recorded(422, 'The rates do not lead from what is paid to what is received.'),
  NOT_CHAINABLE: recorded(422, 'The rate may not be one of two in an exchange.'),
  QUOTE_EXPIRED: recorded(422, 'The business date of the quote is over; ask for another.'),
  QUOTE_NOT_YET: passing(409, 'The quote is for a later business date.'),
  RATE_NOT_YET: recorded(422, 'The first day of the rate has not come.'),
  RATE_OVER: recorded(422, 'The last day of the rate is over, or it was closed.'),
  NOT_REVERSIBLE: recorded(422, 'Entries of this type cannot be reversed.'),
  ALREADY_REVERSED: recorded(409, 'The entry has been reversed already.'),
  PARTLY_RETURNED: recorded(409, 'Of what the entry awarded a part was taken back already.'),
  NOT_AN_AWARD: recorded(422, 'Only an award for a purchase is taken back with the goods.'),
  RETURN_EXCEEDS: recorded(422, 'More would come back than was bought and is not back yet.'),
  COMMAND_SETTLED: recorded(409, 'The command to be voided already has an outcome.'),
  NOT_NEXT_CYCLE: passing(409, 'A roll takes exactly one step from the current cycle.'),
  AUCTION_TIMES_INVALID: recorded(422, 'The times of the auction are over or in another order.'),
  AUCTION_CLOSED: recorded(409, 'The auction has come to its end.'),
  AUCTION_OVER: recorded(409, "By the ledger's clock the time for this is over."),
  BID_DIFFERS: recorded(422, 'The auction takes bids in other points.'),
  BID_TOO_LOW: recorded(422, 'The bid is less than the auction takes by now.'),
  BID_REVEALED: recorded(409, 'The bid has been revealed, or it is too late for it.'),
  REVEAL_NOT_YET: passing(409, 'Bids can still be made, so none can be revealed.'),
  COMMITMENT_DIFFERS: recorded(422, 'The bid is not what was committed to.'),
  BID_OVER_DEPOSIT: recorded(422, 'The bid is more than its deposit.'),
  BID_SETTLED: recorded(409, 'The deposit of the bid has gone to where it belongs.'),
  TICK_NOT_LATER: passing(409, 'The organisation has told this time or a later one before.'),
  NOTHING_TO_EXPIRE: passing(409, 'The holding has no points past their date.'),
  NOTHING_TO_FOLD: passing(409, 'None of the credits that the fold names is there.'),
  DELTA_UNKNOWN: passing(409, 'A delta that is to be compacted is not there.'),
  SETTLEMENT_TERMS_INVALID: recorded(422, 'A term of the settlement contradicts the others.'),
  BEGINS_IN_PAST: recorded(422, 'The first day that is named has begun or is over.'),
  NOT_A_PARTY: recorded(422, 'The organisation is no party of the settlement.'),
  SAME_ORGANISATION: recorded(422, 'Both are the same organisation.'),
  CYCLE_OPEN: passing(409, 'The cycle is not over; the ledger has to roll on first.'),
  TERMS_NOT_IN_FORCE: recorded(422, 'The terms of the settlement do not hold for this cycle.'),
  POSITION_DIFFERS: passing(409, 'The deltas that are named do not come to what was signed.'),
  POSITION_NOT_CLOSED: passing(409, 'The pair has not closed its position in the cycle.'),
  POSITION_ELSEWHERE: recorded(422, 'The position was closed for another settlement or cycle.'),
  POSITION_SETTLED: recorded(409, 'Payments were already instructed for the position.'),
  PAIR_LEFT_OUT: passing(409, 'A pair that may still close, or has, would be left out.'),
  PAYMENT_CLOSED: recorded(409, 'The payment is settled or was carried over.'),
  REMITTANCE_EXISTS: recorded(409, 'The payment has a remittance of this reference already.'),
  REMITTANCE_UNKNOWN: recorded(404, 'The payment has no remittance of this reference.'),
  REMITTANCE_EXCEEDS: recorded(422, 'More would be sent than is left to pay.'),
  RECEIPT_EXCEEDS: recorded(422, 'More would be received than was sent.'),
  REMITTANCE_RECEIVED: recorded(409, 'All of the remittance was received; nothing is in transit.'),
  RECONCILIATION_STANDS: recorded(409, 'The reconciliation is past this step.'),
  STATEMENT_COMMITTED: recorded(409, 'The organisation has committed to its statement already.'),
  STATEMENT_MISSING: passing(409, 'Not both of the pair have done the step before.'),
  STATEMENT_DIFFERS: recorded(422, 'The statement is not what was committed to.'),
  BREAKS_DIFFER: recorded(422, 'Statements that match have no breaks, and others have some.'),
  PERIOD_AHEAD: recorded(422, 'The period is not over yet, or has not begun.'),
  PERIOD_LOCKED: recorded(409, 'The books of an organisation are closed for this period.'),
  HOLD_TOO_LONG: recorded(422, 'An order may be reserved for at most 30 days.'),
  QUOTE_CHANGED: recorded(409, 'The terms do not give the figures that were signed.'),
  // limits
  QUOTA_REFILL: retryable(
    503,
    'This quota lane holds too little; it can be refilled from the budget.',
  ),
  NET_DEBIT_CAP: passing(409, 'An organisation would owe more in the cycle than its cap allows.'),
  BUDGET_EXHAUSTED: recorded(422, 'What is left of the budget of the programme does not reach.'),
  EXCHANGE_MEMBER_CAP: passing(
    409,
    'The member would receive more under the rate than a day allows.',
  ),
  EXCHANGE_CAP: passing(409, 'What is left of the cap of the rate for this day does not reach.'),
  // sufficiency
  FOLD_INCOMPLETE: retryable(
    503,
    'Not all credits of the account were named; FoldCredits takes the oldest in first.',
  ),
  POINTS_EXPIRED: recorded(422, 'The account would hold enough, had its points not expired.'),
  POINTS_PENDING: recorded(422, 'The account holds enough, but part of it is not available yet.'),
  INSUFFICIENT_POINTS: recorded(422, 'The account does not hold enough.'),
  SHORT_AWAY_FROM_HOME: retryable(
    503,
    'Only the home gateway of the account can tell for good that it does not hold enough.',
  ),
  POINTS_EXPIRE_SOONER: recorded(
    422,
    "The account holds enough, but part of it could expire before the auction's end.",
  ),
  LOT_SPENT: recorded(422, 'The points that would have to be taken back are already spent.'),
} as const satisfies Record<string, ErrorSpec>

/** Codes that only a gateway or a command-line tool gives; no command is refused on chain by them. */
export const EDGE_ERRORS = {
  REQUEST_MALFORMED: passing(400, 'The request is not of the form that the API describes.'),
  LINE_MALFORMED: passing(400, 'The line is not of the form that the file asks for.'),
  UNAUTHENTICATED: passing(401, 'A bearer token of this gateway is needed.'),
  FORBIDDEN: passing(403, "The token's role does not allow this."),
  NOT_FOUND: passing(404, 'There is nothing at this address.'),
  TOO_LARGE: passing(413, 'The request is larger than the gateway takes.'),
  UNSUPPORTED_MEDIA_TYPE: passing(415, 'Send application/json or application/x-ndjson.'),
  IDEMPOTENCY_KEY_MISMATCH: passing(422, 'The Idempotency-Key header differs from the command id.'),
  COMMAND_TYPE_MISMATCH: passing(422, 'This route takes another type of command.'),
  QUEUE_FULL: retryable(503, 'The gateway has as much waiting as it can hold.'),
  HOME_UNAVAILABLE: retryable(503, 'The home gateway of the account does not answer.'),
  LEDGER_UNAVAILABLE: retryable(503, 'The ledger does not answer.'),
  NOT_YET: retryable(503, 'The block asked for has not been seen in time.'),
  OUTCOME_UNKNOWN: retryable(504, 'The outcome is not known yet; ask again by the command id.'),
  INTERNAL: passing(500, 'The gateway has a fault; the trace id finds it in the log.'),
} as const satisfies Record<string, ErrorSpec>

const ERRORS = { ...LEDGER_ERRORS, ...EDGE_ERRORS }

export type LedgerErrorCode = keyof typeof LEDGER_ERRORS
export type ErrorCode = keyof typeof ERRORS

/** Every code with its meaning, in the order in which the ledger tests. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorSpec>> = ERRORS

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** Whether the ledger itself refuses commands by this code, rather than a gateway or a tool. */
export function isLedgerErrorCode(text: string): text is LedgerErrorCode {
  return Object.hasOwn(LEDGER_ERRORS, text)
}

export type ErrorDetail = Readonly<Record<string, string>>

/** An expected refusal, as data. */
export interface Refusal {
  readonly ok: false
  readonly code: LedgerErrorCode
  readonly detail: ErrorDetail
}

export function refuse(code: LedgerErrorCode, detail: ErrorDetail = {}): Refusal {
  return { ok: false, code, detail }
}

/** A refusal of a whole request. Its message is all that leaves chaincode, so it is parseable. */
export class LedgerError extends Error {
  readonly code: ErrorCode
  readonly detail: ErrorDetail

  constructor(code: ErrorCode, detail: ErrorDetail = {}) {
    super(`${code} ${JSON.stringify(detail)}`)
    this.name = 'LedgerError'
    this.code = code
    this.detail = detail
  }
}

/** Finds a coded refusal in a message that a peer may have wrapped; undefined if there is none. */
export function parseLedgerError(message: string): LedgerError | undefined {
  const found = /([A-Z][A-Z_]+) (\{.*\})/s.exec(message)
  const code = found?.[1]
  if (code === undefined || !isErrorCode(code)) return undefined
  const detail: unknown = parseJson(found?.[2] ?? '')
  return new LedgerError(code, isDetail(detail) ? detail : {})
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isDetail(value: unknown): value is ErrorDetail {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((member) => typeof member === 'string')
  )
}
