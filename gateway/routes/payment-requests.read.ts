import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { paymentRequestFields } from '../schemas/payment-request.ts'
import { readContract } from './contract-reads.ts'

/** GET /payment-requests/{id}: who asks whom for what. */
export function readPaymentRequest(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/payment-requests',
    kind: 'request',
    tag: 'giving and trading',
    summary: 'Read a request to pay',
    fields: paymentRequestFields,
  })
}
