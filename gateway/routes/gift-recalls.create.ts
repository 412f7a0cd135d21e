import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /gifts/recalls */
export function createGiftRecall(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/gifts/recalls',
    type: 'RecallGift',
    summary: 'Take back what of a gift nobody has claimed',
  })
}
