import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { sealedBidFields } from '../schemas/auction.ts'
import { readContract } from './contract-reads.ts'

/** GET /bids/{id}: a sealed bid, and what was revealed of it. */
export function readSealedBid(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/bids',
    kind: 'bid',
    tag: 'giving and trading',
    summary: 'Read a sealed bid',
    fields: sealedBidFields,
  })
}
