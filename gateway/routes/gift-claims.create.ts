import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /gifts/claims */
export function createGiftClaim(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/gifts/claims',
    type: 'ClaimGift',
    summary: 'Claim a gift, or a share of a red packet',
  })
}
