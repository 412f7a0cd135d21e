import { Type } from 'typebox'
import { LedgerError } from '../../ledger/index.ts'
import type { GatewayApp } from '../gateway-app.ts'
import { Problem } from '../schemas/problem.ts'
import type { GatewayServices } from '../write-services.ts'

const Status = Type.Object({ status: Type.Literal('ok') })

const Health = Type.Object({
  status: Type.Literal('ok'),
  following: Type.Boolean({ description: 'whether the ledger is reached and followed' }),
  lag: Type.String({ description: 'blocks that the peer has and the gateway has not read yet' }),
})

/** GET /health: the process answers. GET /ready: and the ledger is reached and followed. */
export function readHealth(app: GatewayApp, services: GatewayServices): void {
  const schema = { tags: ['operation'], response: { 200: Status, default: Problem } }
  const health = { tags: ['operation'], response: { 200: Health, default: Problem } }
  app.get('/health', { config: { access: 'public' }, schema: health }, () => ({
    status: 'ok' as const,
    following: services.isReady(),
    lag: String(services.lag()),
  }))
  app.get('/ready', { config: { access: 'public' }, schema }, () => {
    if (!services.isReady()) throw new LedgerError('LEDGER_UNAVAILABLE', { stage: 'following' })
    return { status: 'ok' as const }
  })
}
