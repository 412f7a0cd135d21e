import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payments/confirmations */
export function createRemittanceConfirmation(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payments/confirmations',
    type: 'ConfirmRemittance',
    summary: 'Confirm what was received',
  })
}
