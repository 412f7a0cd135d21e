import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /series */
export function createSeries(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/series',
    type: 'DefineSeries',
    summary: 'Open a series of coupons',
  })
}
