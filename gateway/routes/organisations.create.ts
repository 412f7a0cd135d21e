import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /organisations */
export function createOrganisation(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/organisations',
    type: 'RegisterOrganisation',
    summary: 'Register an organisation',
  })
}
