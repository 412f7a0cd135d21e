import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /issues */
export function createIssue(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/issues',
    type: 'IssuePoints',
    summary: 'Issue points for a purchase',
  })
}
