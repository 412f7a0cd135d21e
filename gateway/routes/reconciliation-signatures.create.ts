import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /reconciliations/signatures */
export function createReconciliationSignature(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/reconciliations/signatures',
    type: 'SignReconciliation',
    summary: 'Sign the result of a reconciliation',
  })
}
