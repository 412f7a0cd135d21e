import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /coupons/issues */
export function createCouponIssue(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/coupons/issues',
    type: 'IssueCoupons',
    summary: 'Issue coupons',
  })
}
