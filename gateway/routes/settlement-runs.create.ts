import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /settlements/runs */
export function createSettlementRun(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/settlements/runs',
    type: 'SettleCycle',
    summary: 'Instruct the payments of a cycle',
  })
}
