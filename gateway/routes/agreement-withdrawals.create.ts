import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /agreements/withdrawals */
export function createAgreementWithdrawal(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/agreements/withdrawals',
    type: 'WithdrawAgreement',
    summary: 'Withdraw an agreement',
  })
}
