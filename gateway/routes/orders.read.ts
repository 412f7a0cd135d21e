import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { purchaseFields } from '../schemas/purchase.ts'
import { readContract } from './contract-reads.ts'

/** GET /orders/{id}: what pays an order, and what of it was given back. */
export function readOrder(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/orders',
    kind: 'purchase',
    tag: 'orders',
    summary: 'Read an order',
    fields: purchaseFields,
  })
}
