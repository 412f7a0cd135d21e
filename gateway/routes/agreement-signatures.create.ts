import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /agreements/signatures */
export function createAgreementSignature(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/agreements/signatures',
    type: 'SignAgreement',
    summary: 'Sign an agreement',
  })
}
