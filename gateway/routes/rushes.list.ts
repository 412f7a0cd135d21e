import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { rushFields } from '../schemas/rush.ts'
import { listContracts } from './contract-reads.ts'

/** GET /rushes: rushes for coupons, open and over. */
export function listRushes(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/rushes',
    kind: 'rush',
    tag: 'coupons',
    summary: 'List rushes',
    fields: rushFields,
  })
}
