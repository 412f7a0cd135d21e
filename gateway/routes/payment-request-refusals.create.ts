import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payment-requests/refusals */
export function createPaymentRequestRefusal(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payment-requests/refusals',
    type: 'DeclineRequest',
    summary: 'Decline a request to pay, or take it back',
  })
}
