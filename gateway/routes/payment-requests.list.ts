import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { paymentRequestFields } from '../schemas/payment-request.ts'
import { listContracts } from './contract-reads.ts'

/** GET /payment-requests: what members ask of one another. */
export function listPaymentRequests(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/payment-requests',
    kind: 'request',
    tag: 'giving and trading',
    summary: 'List requests to pay',
    fields: paymentRequestFields,
  })
}
