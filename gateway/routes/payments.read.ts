import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { paymentFields } from '../schemas/settlement.ts'
import { readContract } from './contract-reads.ts'

/** GET /payments/{id} */
export function readPayment(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/payments',
    kind: 'payment',
    tag: 'settlement',
    summary: 'Read a payment',
    fields: paymentFields,
  })
}
