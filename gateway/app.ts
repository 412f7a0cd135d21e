import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger } from 'fastify'
import fastify, { LogController } from 'fastify'
import type { GatewayApp } from './gateway-app.ts'
import type { HttpObserver } from './metrics/observers.ts'
import type { TokenAccess } from './plugins/access.ts'
import { guardAccess } from './plugins/access.ts'
import { describeApi, serveDescription } from './plugins/api-description.ts'
import { answerFrameworkError, answerProblems } from './plugins/problems.ts'
import { traceIdOf } from './plugins/traces.ts'
import { createCommands } from './routes/commands.create.ts'
import { readCommandOutcome } from './routes/commands.outcome.ts'
import { readError } from './routes/errors.read.ts'
import { createSeries } from './routes/series.create.ts'
import { createSeriesAmendment } from './routes/series-amendments.create.ts'
import { createCouponIssue } from './routes/coupon-issues.create.ts'
import { createCouponTransfer } from './routes/coupon-transfers.create.ts'
import { createCouponVoid } from './routes/coupon-voids.create.ts'
import { createClaimCodes } from './routes/claim-codes.create.ts'
import { createClaim } from './routes/claims.create.ts'
import { createRush } from './routes/rushes.create.ts'
import { createRushClaim } from './routes/rush-claims.create.ts'
import { readHealth } from './routes/health.read.ts'
import { readMetrics } from './routes/metrics.read.ts'
import { createGift } from './routes/gifts.create.ts'
import { createGiftClaim } from './routes/gift-claims.create.ts'
import { createGiftRecall } from './routes/gift-recalls.create.ts'
import { createOffer } from './routes/offers.create.ts'
import { createOfferAcceptance } from './routes/offer-acceptances.create.ts'
import { createOfferCancellation } from './routes/offer-cancellations.create.ts'
import { createAgreementExecution } from './routes/agreement-executions.create.ts'
import { createAgreementSignature } from './routes/agreement-signatures.create.ts'
import { createAgreementWithdrawal } from './routes/agreement-withdrawals.create.ts'
import { createAgreement } from './routes/agreements.create.ts'
import { createExchange } from './routes/exchanges.create.ts'
import { createAuction } from './routes/auctions.create.ts'
import { createBid } from './routes/bids.create.ts'
import { createAuctionClosing } from './routes/auction-closings.create.ts'
import { createSealedAuction } from './routes/sealed-auctions.create.ts'
import { createSealedBid } from './routes/sealed-bids.create.ts'
import { createBidReveal } from './routes/bid-reveals.create.ts'
import { createSealedAuctionClosing } from './routes/sealed-auction-closings.create.ts'
import { createBidSettlement } from './routes/bid-settlements.create.ts'
import { createIssue } from './routes/issues.create.ts'
import { createMember } from './routes/members.create.ts'
import { createOrganisation } from './routes/organisations.create.ts'
import { createProgramme } from './routes/programmes.create.ts'
import { createPaymentRequestPayment } from './routes/payment-request-payments.create.ts'
import { createPaymentRequestRefusal } from './routes/payment-request-refusals.create.ts'
import { createPaymentRequest } from './routes/payment-requests.create.ts'
import { createRateClosing } from './routes/rate-closings.create.ts'
import { createRate } from './routes/rates.create.ts'
import { READ_ROUTES } from './routes/read-routes.ts'
import { createOrder } from './routes/orders.create.ts'
import { createOrderConfirmation } from './routes/order-confirmations.create.ts'
import { createOrderRelease } from './routes/order-releases.create.ts'
import { createOrderReservation } from './routes/order-reservations.create.ts'
import { createRefund } from './routes/refunds.create.ts'
import { createRedemption } from './routes/redemptions.create.ts'
import { createReturn } from './routes/returns.create.ts'
import { createTransfer } from './routes/transfers.create.ts'
import { createSettlement } from './routes/settlements.create.ts'
import { createPositionClosing } from './routes/position-closings.create.ts'
import { createSettlementRun } from './routes/settlement-runs.create.ts'
import { createRemittance } from './routes/remittances.create.ts'
import { createRemittanceConfirmation } from './routes/remittance-confirmations.create.ts'
import { createRemittanceWithdrawal } from './routes/remittance-withdrawals.create.ts'
import { createPaymentCarryOver } from './routes/payment-carry-overs.create.ts'
import { createAdjustment } from './routes/adjustments.create.ts'
import { createPeriodLock } from './routes/period-locks.create.ts'
import { createNetDebitCap } from './routes/net-debit-caps.create.ts'
import { createStatementCommitment } from './routes/statement-commitments.create.ts'
import { createStatementReveal } from './routes/statement-reveals.create.ts'
import { createReconciliationSignature } from './routes/reconciliation-signatures.create.ts'
import { createReconciliationLapse } from './routes/reconciliation-lapses.create.ts'
import type { GatewayServices } from './write-services.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024

const WRITE_ROUTES = [
  createCommands,
  readCommandOutcome,
  createOrganisation,
  createMember,
  createProgramme,
  createIssue,
  createTransfer,
  createRedemption,
  createOrder,
  createOrderReservation,
  createOrderConfirmation,
  createOrderRelease,
  createRefund,
  createRate,
  createRateClosing,
  createExchange,
  createAgreement,
  createAgreementSignature,
  createAgreementExecution,
  createAgreementWithdrawal,
  createPaymentRequest,
  createPaymentRequestPayment,
  createPaymentRequestRefusal,
  createReturn,
  createGift,
  createGiftClaim,
  createGiftRecall,
  createOffer,
  createOfferAcceptance,
  createOfferCancellation,
  createAuction,
  createBid,
  createAuctionClosing,
  createSeries,
  createSeriesAmendment,
  createCouponIssue,
  createCouponTransfer,
  createCouponVoid,
  createClaimCodes,
  createClaim,
  createRush,
  createRushClaim,
  createSealedAuction,
  createSealedBid,
  createBidReveal,
  createSealedAuctionClosing,
  createBidSettlement,
  createSettlement,
  createPositionClosing,
  createSettlementRun,
  createRemittance,
  createRemittanceConfirmation,
  createRemittanceWithdrawal,
  createPaymentCarryOver,
  createAdjustment,
  createPeriodLock,
  createNetDebitCap,
  createStatementCommitment,
  createStatementReveal,
  createReconciliationSignature,
  createReconciliationLapse,
  readHealth,
  readMetrics,
  readError,
]

export interface AppOptions {
  readonly services: GatewayServices
  readonly tokens: TokenAccess
  readonly logger: FastifyBaseLogger
}

/** The gateway's HTTP face: no environment, no listening, so that tests can inject requests. */
export async function buildApp({ services, tokens, logger }: AppOptions): Promise<GatewayApp> {
  const app: GatewayApp = fastify({
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    genReqId: traceIdOf,
    frameworkErrors: answerFrameworkError,
    logController: new LogController({ disableRequestLogging: true }),
    // Input is taken as it is or refused: nothing is converted, dropped or filled in.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  answerProblems(app)
  guardAccess(app, tokens)
  observeRequests(app, services.metrics)
  await describeApi(app, services.organisation)
  for (const route of READ_ROUTES) route(app, services)
  for (const route of WRITE_ROUTES) route(app, services)
  serveDescription(app)
  await app.ready()
  return app
}

/** One line for each request: route, status, time and the trace id that its entries carry too. */
function observeRequests(app: GatewayApp, metrics: HttpObserver): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route } = request.routeOptions
    const { statusCode, elapsedTime: elapsedMs } = reply
    request.log.info({ method: request.method, route, statusCode, elapsedMs }, 'answered')
    // Of an address that nobody knows the route is not told: there is no end to them.
    metrics.answered(request.method, route ?? 'none', statusCode, elapsedMs)
    done()
  })
}
