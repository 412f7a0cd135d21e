import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /returns */
export function createReturn(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/returns',
    type: 'ReturnPurchase',
    summary: 'Take back the points of goods that came back',
  })
}
