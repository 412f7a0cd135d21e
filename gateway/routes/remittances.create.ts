import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payments/remittances */
export function createRemittance(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payments/remittances',
    type: 'SendRemittance',
    summary: 'Tell that a payment was sent',
  })
}
