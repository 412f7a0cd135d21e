import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { rateFields } from '../schemas/rate.ts'
import { listContracts } from './contract-reads.ts'

/** GET /rates: exchange rates, open ones and those that are over. */
export function listRates(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/rates',
    kind: 'rate',
    tag: 'exchange',
    summary: 'List exchange rates',
    fields: rateFields,
  })
}
