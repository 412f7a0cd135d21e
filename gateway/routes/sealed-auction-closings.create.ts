import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /auctions/sealed-closings */
export function createSealedAuctionClosing(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/auctions/sealed-closings',
    type: 'CloseSealedAuction',
    summary: 'End a sealed auction whose time is over',
  })
}
