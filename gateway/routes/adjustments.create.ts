import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /adjustments */
export function createAdjustment(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/adjustments',
    type: 'PostAdjustment',
    summary: 'Correct what one organisation owes another',
  })
}
