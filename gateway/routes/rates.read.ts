import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { rateFields } from '../schemas/rate.ts'
import { readContract } from './contract-reads.ts'

/** GET /rates/{id}: the terms of an exchange rate. */
export function readRate(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/rates',
    kind: 'rate',
    tag: 'exchange',
    summary: 'Read an exchange rate',
    fields: rateFields,
  })
}
