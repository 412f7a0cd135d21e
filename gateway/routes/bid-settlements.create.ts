import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /bids/settlements */
export function createBidSettlement(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/bids/settlements',
    type: 'SettleBid',
    summary: 'Settle a sealed bid that nobody revealed',
  })
}
