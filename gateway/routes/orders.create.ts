import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /orders */
export function createOrder(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/orders',
    type: 'PayOrder',
    summary: 'Pay an order with coupons and points',
  })
}
