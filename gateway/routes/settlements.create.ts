import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /settlements */
export function createSettlement(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/settlements',
    type: 'DefineSettlement',
    summary: 'Agree settlement terms',
  })
}
