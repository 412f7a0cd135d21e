import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /orders/reservations */
export function createOrderReservation(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/orders/reservations',
    type: 'ReserveOrder',
    summary: 'Put coupons and points aside for an order',
  })
}
