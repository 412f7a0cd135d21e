import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { auctionFields } from '../schemas/auction.ts'
import { listContracts } from './contract-reads.ts'

/** GET /auctions: auctions, open ones and those that came to an end. */
export function listAuctions(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/auctions',
    kind: 'auction',
    tag: 'giving and trading',
    summary: 'List auctions',
    fields: auctionFields,
  })
}
