import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /exchanges */
export function createExchange(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/exchanges',
    type: 'ExchangePoints',
    summary: 'Exchange points',
  })
}
