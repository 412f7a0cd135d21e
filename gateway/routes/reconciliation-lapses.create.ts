import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /reconciliations/lapses */
export function createReconciliationLapse(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/reconciliations/lapses',
    type: 'LapseReconciliation',
    summary: 'End a round that did not get on',
  })
}
