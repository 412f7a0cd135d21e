import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /programmes */
export function createProgramme(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/programmes',
    type: 'DefinePoints',
    summary: 'Define a points programme',
  })
}
