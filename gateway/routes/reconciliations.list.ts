import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { reconciliationFields } from '../schemas/reconciliation.ts'
import { listContracts } from './contract-reads.ts'

/** GET /reconciliations */
export function listReconciliations(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/reconciliations',
    kind: 'reconciliation',
    tag: 'settlement',
    summary: 'List reconciliations',
    fields: reconciliationFields,
  })
}
