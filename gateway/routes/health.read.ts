import { Type } from 'typebox'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { Problem } from '../schemas/problem.ts'
import type { WriteServices } from '../write-services.ts'

const Status = Type.Object({ status: Type.Literal('ok') })

/** GET /health: the process answers. GET /ready: and the ledger is reached and followed. */
export function readHealth(app: GatewayApp, services: WriteServices): void {
  const schema = { tags: ['operation'], response: { 200: Status, default: Problem } }
  app.get('/health', { config: { access: 'public' }, schema }, () => ({ status: 'ok' as const }))
  app.get('/ready', { config: { access: 'public' }, schema }, () => {
    if (!services.isReady()) throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'following' })
    return { status: 'ok' as const }
  })
}
