import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /offers/acceptances */
export function createOfferAcceptance(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/offers/acceptances',
    type: 'AcceptOffer',
    summary: 'Accept an offer',
  })
}
