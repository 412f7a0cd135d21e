import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /orders/releases */
export function createOrderRelease(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/orders/releases',
    type: 'ReleaseOrder',
    summary: 'Give back what was reserved for an order',
  })
}
