import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /rushes */
export function createRush(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/rushes',
    type: 'OpenRush',
    summary: 'Open a rush for the first so many coupons',
  })
}
