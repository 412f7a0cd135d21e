import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { purchaseFields } from '../schemas/purchase.ts'
import { listContracts } from './contract-reads.ts'

/** GET /orders: what was reserved for orders and paid, of a member, a merchant or all. */
export function listOrders(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/orders',
    kind: 'purchase',
    tag: 'orders',
    summary: 'List orders',
    fields: purchaseFields,
  })
}
