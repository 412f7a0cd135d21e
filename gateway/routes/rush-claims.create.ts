import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /rushes/claims */
export function createRushClaim(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/rushes/claims',
    type: 'ClaimRush',
    summary: 'Claim a coupon in a rush',
  })
}
