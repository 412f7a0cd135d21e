import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /auctions */
export function createAuction(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/auctions',
    type: 'OpenAuction',
    summary: 'Put a basket up for bids',
  })
}
