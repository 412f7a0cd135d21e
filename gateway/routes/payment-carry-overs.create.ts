import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payments/carry-overs */
export function createPaymentCarryOver(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payments/carry-overs',
    type: 'CarryOverPayment',
    summary: 'Carry over what was not paid',
  })
}
