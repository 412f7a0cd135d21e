import { giveCoupons, openSeries } from '../support/coupon-world.ts'
import { withRates } from '../support/exchange-world.ts'
import type { MemoryLedger } from '../support/memory-ledger.ts'
import { ANN, stockedLedger } from '../support/opened-ledger.ts'
import { handOutCoupons } from '../support/order-world.ts'
import { openSeriesToPlay } from '../support/random-coupons.ts'
import { STAY } from '../support/trade-world.ts'

/** A ledger on which everything can happen that members and merchants do. */
export async function modelLedger(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await handOutCoupons(ledger)
  await openSeries(ledger, STAY, { transferable: false, giftable: false, auctionable: false })
  await giveCoupons(ledger, STAY, ANN, ['S-1', 'S-2'])
  await openSeriesToPlay(ledger)
  return await withRates(ledger)
}
