import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { offerFields } from '../schemas/offer.ts'
import { readContract } from './contract-reads.ts'

/** GET /offers/{id}: what a swap offer gives and wants, and what became of it. */
export function readOffer(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/offers',
    kind: 'offer',
    tag: 'giving and trading',
    summary: 'Read an offer',
    fields: offerFields,
  })
}
