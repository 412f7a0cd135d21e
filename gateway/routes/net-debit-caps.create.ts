import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /net-debit-caps */
export function createNetDebitCap(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/net-debit-caps',
    type: 'SetNetDebitCap',
    summary: 'Bound what an organisation may owe in a cycle',
  })
}
