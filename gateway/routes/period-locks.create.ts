import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /period-locks */
export function createPeriodLock(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/period-locks',
    type: 'LockPeriod',
    summary: 'Close the books up to a day',
  })
}
