import { amendSeries } from './commands/amend-series.ts'
import { claimCoupon } from './commands/claim-coupon.ts'
import { acceptOffer } from './commands/accept-offer.ts'
import { cancelOffer } from './commands/cancel-offer.ts'
import { claimGift } from './commands/claim-gift.ts'
import { claimRush } from './commands/claim-rush.ts'
import { closeRush } from './commands/close-rush.ts'
import { closeRate } from './commands/close-rate.ts'
import { closeAuction } from './commands/close-auction.ts'
import { closeSealedAuction } from './commands/close-sealed-auction.ts'
import { commitBid } from './commands/commit-bid.ts'
import { compact } from './commands/compact.ts'
import { confirmOrder } from './commands/confirm-order.ts'
import { definePoints } from './commands/define-points.ts'
import { declineRequest } from './commands/decline-request.ts'
import { defineRate } from './commands/define-rate.ts'
import { defineSeries } from './commands/define-series.ts'
import { expireCoupons } from './commands/expire-coupons.ts'
import { draftAgreement } from './commands/draft-agreement.ts'
import { exchangePoints } from './commands/exchange-points.ts'
import { executeAgreement } from './commands/execute-agreement.ts'
import { expirePoints } from './commands/expire-points.ts'
import { foldCredits } from './commands/fold-credits.ts'
import { issueCoupons } from './commands/issue-coupons.ts'
import { issuePoints } from './commands/issue-points.ts'
import { openAuction } from './commands/open-auction.ts'
import { openGift } from './commands/open-gift.ts'
import { openLedger } from './commands/open-ledger.ts'
import { openOffer } from './commands/open-offer.ts'
import { openRush } from './commands/open-rush.ts'
import { placeBid } from './commands/place-bid.ts'
import { revealBid } from './commands/reveal-bid.ts'
import { payRequest } from './commands/pay-request.ts'
import { recallGift } from './commands/recall-gift.ts'
import { payOrder } from './commands/pay-order.ts'
import { redeemPoints } from './commands/redeem-points.ts'
import { refillQuota } from './commands/refill-quota.ts'
import { refundOrder } from './commands/refund-order.ts'
import { registerActor } from './commands/register-actor.ts'
import { registerClaimCodes } from './commands/register-claim-codes.ts'
import { registerOrganisation } from './commands/register-organisation.ts'
import { requestPayment } from './commands/request-payment.ts'
import { returnGift } from './commands/return-gift.ts'
import { returnOffer } from './commands/return-offer.ts'
import { releaseOrder } from './commands/release-order.ts'
import { reserveOrder } from './commands/reserve-order.ts'
import { returnPurchase } from './commands/return-purchase.ts'
import { reverseEntry } from './commands/reverse-entry.ts'
import { rollBusinessDate } from './commands/roll-business-date.ts'
import { rotateKey } from './commands/rotate-key.ts'
import { transferCoupons } from './commands/transfer-coupons.ts'
import { openSealedAuction } from './commands/open-sealed-auction.ts'
import { settleBid } from './commands/settle-bid.ts'
import { tickClock } from './commands/tick-clock.ts'
import { signAgreement } from './commands/sign-agreement.ts'
import { transferPoints } from './commands/transfer-points.ts'
import { voidCommand } from './commands/void-command.ts'
import { voidCoupons } from './commands/void-coupons.ts'
import { withdrawAgreement } from './commands/withdraw-agreement.ts'
import { defineSettlement } from './commands/define-settlement.ts'
import { closePosition } from './commands/close-position.ts'
import { settleCycle } from './commands/settle-cycle.ts'
import { sendRemittance } from './commands/send-remittance.ts'
import { confirmRemittance } from './commands/confirm-remittance.ts'
import { withdrawRemittance } from './commands/withdraw-remittance.ts'
import { carryOverPayment } from './commands/carry-over-payment.ts'
import { postAdjustment } from './commands/post-adjustment.ts'
import { lockPeriod } from './commands/lock-period.ts'
import { setNetDebitCap } from './commands/set-net-debit-cap.ts'
import { commitStatement } from './commands/commit-statement.ts'
import { revealStatement } from './commands/reveal-statement.ts'
import { signReconciliation } from './commands/sign-reconciliation.ts'
import { lapseReconciliation } from './commands/lapse-reconciliation.ts'
import type { CommandRule } from './rule.ts'

/** Every type of command that the ledger knows. */
const ALL = [
  openLedger,
  registerOrganisation,
  registerActor,
  rotateKey,
  definePoints,
  defineSeries,
  amendSeries,
  refillQuota,
  issuePoints,
  issueCoupons,
  transferCoupons,
  expireCoupons,
  voidCoupons,
  registerClaimCodes,
  claimCoupon,
  openRush,
  claimRush,
  closeRush,
  transferPoints,
  redeemPoints,
  payOrder,
  reserveOrder,
  confirmOrder,
  releaseOrder,
  refundOrder,
  defineRate,
  closeRate,
  exchangePoints,
  draftAgreement,
  signAgreement,
  executeAgreement,
  withdrawAgreement,
  requestPayment,
  payRequest,
  declineRequest,
  openGift,
  claimGift,
  recallGift,
  returnGift,
  openOffer,
  acceptOffer,
  cancelOffer,
  returnOffer,
  tickClock,
  openAuction,
  placeBid,
  closeAuction,
  openSealedAuction,
  commitBid,
  revealBid,
  closeSealedAuction,
  settleBid,
  expirePoints,
  foldCredits,
  compact,
  returnPurchase,
  reverseEntry,
  voidCommand,
  rollBusinessDate,
  defineSettlement,
  closePosition,
  settleCycle,
  sendRemittance,
  confirmRemittance,
  withdrawRemittance,
  carryOverPayment,
  postAdjustment,
  lockPeriod,
  setNetDebitCap,
  commitStatement,
  revealStatement,
  signReconciliation,
  lapseReconciliation,
]

// The body of a command is checked against its own rule's schema before the rule sees it, so a rule
// may stand here for bodies in general.
export const RULES: ReadonlyMap<string, CommandRule> = new Map(
  ALL.map((rule): [string, CommandRule] => [rule.type, rule as unknown as CommandRule]),
)
