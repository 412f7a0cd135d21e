import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /claim-codes */
export function createClaimCodes(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/claim-codes',
    type: 'RegisterClaimCodes',
    summary: 'Register claim codes for handing out on paper',
  })
}
