import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /payments/withdrawals */
export function createRemittanceWithdrawal(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/payments/withdrawals',
    type: 'WithdrawRemittance',
    summary: 'Take back what was not received',
  })
}
