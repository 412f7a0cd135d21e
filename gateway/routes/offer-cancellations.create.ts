import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /offers/cancellations */
export function createOfferCancellation(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/offers/cancellations',
    type: 'CancelOffer',
    summary: 'Take an offer back',
  })
}
