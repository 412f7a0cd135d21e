import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payment-requests */
export function createPaymentRequest(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payment-requests',
    type: 'RequestPayment',
    summary: 'Ask a member for points or coupons',
  })
}
