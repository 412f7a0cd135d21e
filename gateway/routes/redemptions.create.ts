import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /redemptions */
export function createRedemption(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/redemptions',
    type: 'RedeemPoints',
    summary: 'Redeem points for an order',
  })
}
