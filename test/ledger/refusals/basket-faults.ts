import { SPRING } from '../../support/coupon-world.ts'
import type { Fault } from '../../support/faults.ts'
import type { MemoryLedger } from '../../support/memory-ledger.ts'
import { acceptAll, ANN, FIXED, FLASH, rollTo, submitOne } from '../../support/opened-ledger.ts'
import { basket, openAuction, openGift, openOffer, STAY } from '../../support/trade-world.ts'
import { STAR } from '../../support/world.ts'

/** A gift of Ann's that takes some of what she has. */
export async function giveAway(
  ledger: MemoryLedger,
  content: Parameters<typeof openGift>[2],
): Promise<void> {
  const fold = ledger.completeFold()
  await acceptAll(ledger, 'mall', [openGift('mall:g-away', ANN, content)], { fold })
}

/** Terms of a basket of Ann's that are not as they should be, whatever it is for. */
export function termFaults(field: string): Fault[] {
  return [
    { name: 'nothing', code: 'BASKET_EMPTY', body: { [field]: basket({}) } },
    {
      name: 'no such points',
      code: 'ASSET_UNKNOWN',
      body: { [field]: basket({ 'mall:none:point': 1 }) },
    },
    {
      name: 'no such series',
      code: 'ASSET_UNKNOWN',
      body: { [field]: { points: [], coupons: [{ series: 'mall:none:fen', serial: '1' }] } },
    },
    {
      name: 'points named twice',
      code: 'ASSET_TWICE',
      body: {
        [field]: {
          points: [
            { asset: STAR, amount: '1' },
            { asset: STAR, amount: '2' },
          ],
          coupons: [],
        },
      },
    },
    {
      name: 'points that stay',
      code: 'NOT_TRANSFERABLE',
      body: { [field]: basket({ [FIXED]: 1 }) },
    },
    {
      name: 'a coupon that stays',
      code: 'NOT_TRANSFERABLE',
      body: { [field]: { points: [], coupons: [{ series: STAY, serial: 'S-1' }] } },
    },
  ]
}

/** Contents of a basket that Ann cannot give; `later` is what the body says after a month. */
export function contentFaults(field: string, later: Record<string, unknown>): Fault[] {
  return [
    {
      name: 'no such coupon',
      code: 'COUPON_UNKNOWN',
      body: { [field]: basket({}, ['A-99']) },
    },
    {
      name: "another's coupon",
      code: 'NOT_COUPON_HOLDER',
      body: { [field]: basket({}, ['B-1']) },
    },
    {
      name: 'a coupon that is given away',
      code: 'COUPON_GIFTED',
      body: { [field]: basket({}, ['A-5']) },
      before: async (ledger) => await giveAway(ledger, basket({}, ['A-5'])),
    },
    {
      name: 'a coupon that is offered',
      code: 'COUPON_OFFERED',
      body: { [field]: basket({}, ['A-5']) },
      before: done(() => openOffer('mall:o-away', ANN, basket({}, ['A-5']), basket({ [STAR]: 1 }))),
    },
    {
      name: 'a coupon that is auctioned',
      code: 'COUPON_AUCTIONED',
      body: { [field]: basket({}, ['A-5']) },
      before: done(() => openAuction('mall:a-away', ANN, basket({}, ['A-5']))),
    },
    {
      name: 'a coupon past its date',
      code: 'COUPON_PAST_DATE',
      body: { [field]: { points: [], coupons: [{ series: SPRING, serial: 'A-1' }] }, ...later },
      before: async (ledger) => await rollTo(ledger, '2026-12-31'),
    },
    {
      name: 'credits that are not named',
      code: 'FOLD_INCOMPLETE',
      body: { [field]: basket({ [STAR]: 400 }) },
      foldsNothing: true,
    },
    {
      name: 'points past their date',
      code: 'POINTS_EXPIRED',
      body: { [field]: basket({ [FLASH]: 100 }) },
      before: async (ledger) => await rollTo(ledger, '2026-12-01'),
    },
    {
      name: 'points that are pending',
      code: 'POINTS_PENDING',
      body: { [field]: basket({ [STAR]: 450 }) },
    },
    {
      name: 'points that lie in a gift',
      code: 'INSUFFICIENT_POINTS',
      body: { [field]: basket({ [STAR]: 400 }) },
      before: async (ledger) => await giveAway(ledger, basket({ [STAR]: 200 })),
    },
    {
      name: 'more than there is, away from home',
      code: 'SHORT_AWAY_FROM_HOME',
      body: { [field]: basket({ [STAR]: 451 }) },
      call: { organisation: 'bank' },
    },
  ]
}

/** What one member did before another could. */
export function done(command: () => object): NonNullable<Fault['before']> {
  return async (ledger) => await submitOne(ledger, 'mall', command())
}
