import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /orders/confirmations */
export function createOrderConfirmation(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/orders/confirmations',
    type: 'ConfirmOrder',
    summary: 'Take the payment that was reserved for an order',
  })
}
