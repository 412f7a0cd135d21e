import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /bids/sealed */
export function createSealedBid(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/bids/sealed',
    type: 'CommitBid',
    summary: 'Make a sealed bid',
  })
}
