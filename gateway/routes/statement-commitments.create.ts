import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /reconciliations/commitments */
export function createStatementCommitment(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/reconciliations/commitments',
    type: 'CommitStatement',
    summary: 'Commit to a statement of a cycle',
  })
}
