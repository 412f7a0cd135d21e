import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /agreements */
export function createAgreement(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/agreements',
    type: 'DraftAgreement',
    summary: 'Draft an agreement of several parties',
  })
}
