import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /auctions/sealed */
export function createSealedAuction(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/auctions/sealed',
    type: 'OpenSealedAuction',
    summary: 'Put a basket up for sealed bids',
  })
}
