import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { settlementFields } from '../schemas/settlement.ts'
import { listContracts } from './contract-reads.ts'

/** GET /settlements */
export function listSettlements(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/settlements',
    kind: 'settlement',
    tag: 'settlement',
    summary: 'List settlements',
    fields: settlementFields,
  })
}
