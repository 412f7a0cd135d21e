import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /series/amendments */
export function createSeriesAmendment(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/series/amendments',
    type: 'AmendSeries',
    summary: 'Change or stop a series of coupons',
  })
}
