import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /members */
export function createMember(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/members',
    type: 'RegisterActor',
    summary: 'Register a member or staff',
  })
}
