import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { agreementFields } from '../schemas/agreement.ts'
import { listContracts } from './contract-reads.ts'

/** GET /agreements: agreements of several parties, with who has signed. */
export function listAgreements(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/agreements',
    kind: 'agreement',
    tag: 'agreements',
    summary: 'List agreements',
    fields: agreementFields,
  })
}
