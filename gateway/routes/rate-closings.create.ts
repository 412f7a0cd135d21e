import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /rates/closings */
export function createRateClosing(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/rates/closings',
    type: 'CloseRate',
    summary: 'Close an exchange rate',
  })
}
