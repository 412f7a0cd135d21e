import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { paymentFields } from '../schemas/settlement.ts'
import { listContracts } from './contract-reads.ts'

/** GET /payments */
export function listPayments(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/payments',
    kind: 'payment',
    tag: 'settlement',
    summary: 'List payments',
    fields: paymentFields,
  })
}
