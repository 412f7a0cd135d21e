import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { readAccount } from './accounts.read.ts'
import { listAgreements } from './agreements.list.ts'
import { readAgreement } from './agreements.read.ts'
import { listBlocks } from './blocks.list.ts'
import { readBlock } from './blocks.read.ts'
import { listEntries } from './entries.list.ts'
import { readEntry } from './entries.read.ts'
import { createExchangeQuote } from './exchange-quotes.create.ts'
import { listGifts } from './gifts.list.ts'
import { readGift } from './gifts.read.ts'
import { listOffers } from './offers.list.ts'
import { readOffer } from './offers.read.ts'
import { listAuctions } from './auctions.list.ts'
import { readAuction } from './auctions.read.ts'
import { createQuote } from './quotes.create.ts'
import { listOrders } from './orders.list.ts'
import { readOrder } from './orders.read.ts'
import { readClock } from './clock.read.ts'
import { listSealedBids } from './bids.list.ts'
import { readSealedBid } from './bids.read.ts'
import { readLedger } from './ledger.read.ts'
import { readBreakage } from './breakage.read.ts'
import { readLiability } from './liability.read.ts'
import { listMembers } from './members.list.ts'
import { readMember } from './members.read.ts'
import { listOrganisations } from './organisations.list.ts'
import { listProgrammes } from './programmes.list.ts'
import { readProgramme } from './programmes.read.ts'
import { listPaymentRequests } from './payment-requests.list.ts'
import { readPaymentRequest } from './payment-requests.read.ts'
import { listRates } from './rates.list.ts'
import { readRate } from './rates.read.ts'
import { readPositions } from './positions.read.ts'
import { listSettlements } from './settlements.list.ts'
import { readSettlement } from './settlements.read.ts'
import { listPayments } from './payments.list.ts'
import { readPaymentInstructions } from './payment-instructions.read.ts'
import { readPayment } from './payments.read.ts'
import { readPositionClosing } from './position-closings.read.ts'
import { listNetDebitCaps } from './net-debit-caps.list.ts'
import { listReconciliations } from './reconciliations.list.ts'
import { readReconciliation } from './reconciliations.read.ts'
import { listStatement } from './statements.list.ts'
import { readTrialBalance } from './trial-balance.read.ts'
import { listSeries } from './series.list.ts'
import { readSeries } from './series.read.ts'
import { listCoupons } from './coupons.list.ts'
import { readCoupon } from './coupons.read.ts'
import { listRushes } from './rushes.list.ts'
import { readRush } from './rushes.read.ts'

/** All routes that answer from the projection. */
export const READ_ROUTES: readonly ((app: GatewayApp, services: ReadServices) => void)[] = [
  readLedger,
  listOrganisations,
  listProgrammes,
  readProgramme,
  listMembers,
  readMember,
  readAccount,
  listStatement,
  listEntries,
  readEntry,
  readTrialBalance,
  readPositions,
  listSettlements,
  readSettlement,
  listPayments,
  readPaymentInstructions,
  readPayment,
  readPositionClosing,
  listNetDebitCaps,
  listReconciliations,
  readReconciliation,
  readLiability,
  readBreakage,
  listRates,
  readRate,
  createExchangeQuote,
  listAgreements,
  readAgreement,
  listPaymentRequests,
  readPaymentRequest,
  listGifts,
  readGift,
  listOffers,
  readOffer,
  listAuctions,
  readAuction,
  createQuote,
  listOrders,
  readOrder,
  listSeries,
  readSeries,
  listCoupons,
  readCoupon,
  listRushes,
  readRush,
  readClock,
  listSealedBids,
  readSealedBid,
  listBlocks,
  readBlock,
]
