import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { giftFields } from '../schemas/gift.ts'
import { listContracts } from './contract-reads.ts'

/** GET /gifts: gifts and red packets, with what is left in them. */
export function listGifts(app: GatewayApp, services: ReadServices): void {
  listContracts(app, services, {
    path: '/gifts',
    kind: 'gift',
    tag: 'giving and trading',
    summary: 'List gifts',
    fields: giftFields,
  })
}
