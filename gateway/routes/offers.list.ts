import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { offerFields } from '../schemas/offer.ts'
import { listContracts } from './contract-reads.ts'

/** GET /offers: swap offers, open ones and those that came to an end. */
export function listOffers(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/offers',
    kind: 'offer',
    tag: 'giving and trading',
    summary: 'List offers',
    fields: offerFields,
  })
}
