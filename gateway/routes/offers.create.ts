import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /offers */
export function createOffer(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/offers',
    type: 'OpenOffer',
    summary: 'Offer one basket for another',
  })
}
