import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { sealedBidFields } from '../schemas/auction.ts'
import { listContracts } from './contract-reads.ts'

/** GET /bids: sealed bids; of one auction by party=auction id. */
export function listSealedBids(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/bids',
    kind: 'bid',
    tag: 'giving and trading',
    summary: 'List sealed bids',
    fields: sealedBidFields,
  })
}
