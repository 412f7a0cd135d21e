import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { settlementFields } from '../schemas/settlement.ts'
import { readContract } from './contract-reads.ts'

/** GET /settlements/{id} */
export function readSettlement(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/settlements',
    kind: 'settlement',
    tag: 'settlement',
    summary: 'Read a settlement',
    fields: settlementFields,
  })
}
