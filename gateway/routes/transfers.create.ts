import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /transfers */
export function createTransfer(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/transfers',
    type: 'TransferPoints',
    summary: 'Transfer points',
  })
}
