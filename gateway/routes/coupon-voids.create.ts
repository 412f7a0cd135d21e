import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /coupons/voids */
export function createCouponVoid(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/coupons/voids',
    type: 'VoidCoupons',
    summary: 'Make coupons void',
  })
}
