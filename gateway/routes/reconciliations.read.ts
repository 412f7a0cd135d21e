import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { reconciliationFields } from '../schemas/reconciliation.ts'
import { readContract } from './contract-reads.ts'

/** GET /reconciliations/{id} */
export function readReconciliation(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/reconciliations',
    kind: 'reconciliation',
    tag: 'settlement',
    summary: 'Read a reconciliation',
    fields: reconciliationFields,
  })
}
