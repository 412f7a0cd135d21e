import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /rates */
export function createRate(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/rates',
    type: 'DefineRate',
    summary: 'Agree an exchange rate',
  })
}
