import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { auctionFields } from '../schemas/auction.ts'
import { readContract } from './contract-reads.ts'

/** GET /auctions/{id}: what an auction is about, its best bid and when it ends. */
export function readAuction(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/auctions',
    kind: 'auction',
    tag: 'giving and trading',
    summary: 'Read an auction',
    fields: auctionFields,
  })
}
