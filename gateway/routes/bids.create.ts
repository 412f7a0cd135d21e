import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /bids */
export function createBid(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/bids',
    type: 'PlaceBid',
    summary: 'Bid in an English auction',
  })
}
