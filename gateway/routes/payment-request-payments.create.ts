import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payment-requests/payments */
export function createPaymentRequestPayment(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payment-requests/payments',
    type: 'PayRequest',
    summary: 'Pay what was asked for',
  })
}
