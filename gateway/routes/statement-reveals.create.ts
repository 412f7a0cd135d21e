import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /reconciliations/reveals */
export function createStatementReveal(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/reconciliations/reveals',
    type: 'RevealStatement',
    summary: 'Show a statement that was committed to',
  })
}
