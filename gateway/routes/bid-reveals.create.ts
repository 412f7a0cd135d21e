import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /bids/reveals */
export function createBidReveal(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/bids/reveals',
    type: 'RevealBid',
    summary: 'Reveal a sealed bid',
  })
}
