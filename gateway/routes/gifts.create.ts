import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /gifts */
export function createGift(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/gifts',
    type: 'OpenGift',
    summary: 'Put a gift aside for whoever has its link',
  })
}
