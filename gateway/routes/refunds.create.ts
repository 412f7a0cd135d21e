import { commandRoute } from '../commands/command-route.ts'
import type { GatewayApp } from '../gateway-app.ts'
import type { WriteServices } from '../write-services.ts'

/** POST /refunds */
export function createRefund(app: GatewayApp, services: WriteServices): void {
  commandRoute(app, services, {
    path: '/refunds',
    type: 'RefundOrder',
    summary: 'Give back what an order was paid with, or a part of it',
  })
}
