import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /auctions/closings */
export function createAuctionClosing(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/auctions/closings',
    type: 'CloseAuction',
    summary: 'End an English auction whose time is over',
  })
}
