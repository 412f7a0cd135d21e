import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /positions/closings */
export function createPositionClosing(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/positions/closings',
    type: 'ClosePosition',
    summary: 'Close the position of a pair in a cycle',
  })
}
