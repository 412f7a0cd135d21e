import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /claims */
export function createClaim(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/claims',
    type: 'ClaimCoupon',
    summary: 'Claim a coupon by a code',
  })
}
