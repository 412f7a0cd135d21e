import { LESS5, SPRING, transferCoupons } from '../../support/coupon-world.ts'
import type { Fault, RefusalTable } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, BOB, rollTo } from '../../support/opened-ledger.ts'
import {
  confirmOrder,
  orderLedger,
  payOrder,
  pointsOf,
  refundOrder,
  releaseOrder,
  reserveOrder,
} from '../../support/order-world.ts'
import { basket, openGift } from '../../support/trade-world.ts'
import { HUI, STAR } from '../../support/world.ts'
import { commonFaults } from './common-faults.ts'
import { done } from './done-before.ts'

const PURCHASE = 'bank:p-base'

async function withReservation(): Promise<MemoryLedger> {
  const ledger = await orderLedger()
  const fold = ledger.completeFold()
  await acceptAll(ledger, 'mall', [reserveOrder(PURCHASE, { holdUntil: '2026-12-02' })], { fold })
  return ledger
}

async function withPayment(): Promise<MemoryLedger> {
  const ledger = await orderLedger()
  await acceptAll(ledger, 'mall', [payOrder(PURCHASE)], { fold: ledger.completeFold() })
  return ledger
}

const noSuchPurchase: Fault = {
  name: 'no such purchase',
  code: 'CONTRACT_UNKNOWN',
  body: { purchase: 'bank:p-none' },
}

const confirmed: Fault = {
  name: 'one that was confirmed',
  code: 'PURCHASE_CLOSED',
  before: done('bank', () => confirmOrder(PURCHASE)),
}

const released: Fault = {
  name: 'one that was released',
  code: 'PURCHASE_CLOSED',
  before: done('bank', () => releaseOrder(PURCHASE)),
}

const confirmTable: RefusalTable = {
  base: {
    type: 'ConfirmOrder',
    actor: 'bank:till',
    organisation: 'bank',
    body: { purchase: PURCHASE },
    ledger: withReservation,
  },
  faults: [
    { name: 'no purchase', code: 'COMMAND_MALFORMED', body: { purchase: '' } },
    ...commonFaults('bank:till'),
    noSuchPurchase,
    { name: 'by the member', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    { name: 'by no cashier', code: 'NOT_AUTHORISED', envelope: { actor: 'bank:finance-1' } },
    { name: "by another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'mall:till' } },
    confirmed,
    released,
    {
      name: 'after its last day',
      code: 'CONTRACT_PAST_DATE',
      before: async (ledger) => await rollTo(ledger, '2026-12-03'),
    },
  ],
}

const releaseTable: RefusalTable = {
  base: {
    type: 'ReleaseOrder',
    actor: 'bank:till',
    organisation: 'bank',
    body: { purchase: PURCHASE },
    ledger: withReservation,
  },
  faults: [
    { name: 'no purchase', code: 'COMMAND_MALFORMED', body: { purchase: '' } },
    ...commonFaults('bank:till'),
    noSuchPurchase,
    confirmed,
    released,
    { name: 'by the member, too early', code: 'NOT_DUE', envelope: { actor: ANN } },
    {
      name: 'by the member on its last day',
      code: 'NOT_DUE',
      envelope: { actor: ANN },
      before: async (ledger) => await rollTo(ledger, '2026-12-02'),
    },
  ],
}

const refundTable: RefusalTable = {
  base: {
    type: 'RefundOrder',
    actor: 'bank:till',
    organisation: 'bank',
    body: refundOrder(PURCHASE, [[SPRING, 'A-1', 2000]], [[STAR, 100]]).command.body,
    ledger: withPayment,
  },
  faults: [
    { name: 'no reason', code: 'COMMAND_MALFORMED', body: { reason: '' } },
    ...commonFaults('bank:till'),
    noSuchPurchase,
    { name: 'by the member', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    { name: "by another's till", code: 'NOT_AUTHORISED', envelope: { actor: 'mall:till' } },
    { name: 'nothing', code: 'BASKET_EMPTY', body: { coupons: [], points: [] } },
    {
      name: 'a coupon twice',
      code: 'ASSET_TWICE',
      body: refundOrder(PURCHASE, [
        [SPRING, 'A-1', 1],
        [SPRING, 'A-1', 2],
      ]).command.body,
    },
    {
      name: 'points twice',
      code: 'ASSET_TWICE',
      body: { points: [...pointsOf(STAR, 1), ...pointsOf(STAR, 1)] },
    },
    { name: 'one that is reserved', code: 'PURCHASE_UNPAID', ledger: withReservation },
    {
      name: 'one that was released',
      code: 'PURCHASE_UNPAID',
      ledger: async () => {
        const ledger = await withReservation()
        await acceptAll(ledger, 'bank', [releaseOrder(PURCHASE)])
        return ledger
      },
    },
    {
      name: 'a coupon of another order',
      code: 'REFUND_EXCEEDS',
      body: refundOrder(PURCHASE, [[SPRING, 'A-2', 1]]).command.body,
    },
    {
      name: 'more of a coupon than was paid',
      code: 'REFUND_EXCEEDS',
      body: refundOrder(PURCHASE, [[SPRING, 'A-1', 5001]]).command.body,
    },
    {
      name: 'a deduction coupon twice over',
      code: 'REFUND_EXCEEDS',
      body: refundOrder(PURCHASE, [[LESS5, 'A-1', 2]]).command.body,
    },
    {
      name: 'more of a coupon than is not given back yet',
      code: 'REFUND_EXCEEDS',
      body: refundOrder(PURCHASE, [[SPRING, 'A-1', 2001]]).command.body,
      before: done('bank', () => refundOrder(PURCHASE, [[SPRING, 'A-1', 3000]])),
    },
    {
      name: 'a coupon that has another holder by now',
      code: 'NOT_COUPON_HOLDER',
      ledger: async () => await givenOn(),
    },
    {
      name: 'a coupon that is given away',
      code: 'COUPON_GIFTED',
      before: async (ledger) => {
        await acceptAll(ledger, 'bank', [refundOrder(PURCHASE, [[SPRING, 'A-1', 1000]])])
        await acceptAll(ledger, 'mall', [openGift('mall:g-away', ANN, basket({}, ['A-1']))])
      },
    },
    {
      name: 'points of another order',
      code: 'REFUND_EXCEEDS',
      body: { points: pointsOf(HUI, 1) },
    },
    {
      name: 'more points than were paid',
      code: 'REFUND_EXCEEDS',
      body: { points: pointsOf(STAR, 301) },
    },
  ],
}

/** Some of the coupon came back to Ann, who passed it on to Bob. */
async function givenOn(): Promise<MemoryLedger> {
  const ledger = await withPayment()
  await acceptAll(ledger, 'bank', [refundOrder(PURCHASE, [[SPRING, 'A-1', 1000]])])
  await acceptAll(ledger, 'mall', [transferCoupons(SPRING, ANN, BOB, ['A-1'])])
  return ledger
}

export const PURCHASES = [confirmTable, releaseTable, refundTable]
