import type { GatewayApp } from '../gateway-app.ts'
import type { ReadServices } from '../read-services.ts'
import { giftFields } from '../schemas/gift.ts'
import { readContract } from './contract-reads.ts'

/** GET /gifts/{id}: a gift, who has claimed it and what is left in it. */
export function readGift(app: GatewayApp, services: ReadServices): void {
  readContract(app, services, {
    path: '/gifts',
    kind: 'gift',
    tag: 'giving and trading',
    summary: 'Read a gift',
    fields: giftFields,
  })
}
