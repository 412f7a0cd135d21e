import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { agreementFields } from '../schemas/agreement.ts'
import { readContract } from './contract-reads.ts'

/** GET /agreements/{id}: the terms of an agreement and who has signed. */
export function readAgreement(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/agreements',
    kind: 'agreement',
    tag: 'agreements',
    summary: 'Read an agreement',
    fields: agreementFields,
  })
}
