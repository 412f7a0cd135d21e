import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /agreements/executions */
export function createAgreementExecution(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/agreements/executions',
    type: 'ExecuteAgreement',
    summary: 'Execute an agreement that all have signed',
  })
}
