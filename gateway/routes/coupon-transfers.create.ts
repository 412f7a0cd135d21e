import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /coupons/transfers */
export function createCouponTransfer(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/coupons/transfers',
    type: 'TransferCoupons',
    summary: 'Transfer coupons',
  })
}
