import { hash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { LedgerError } from '../../ledger/index.ts'
import type { Access, GatewayApp } from '../gateway-app.ts'

/** SHA-256 of each token the gateway takes, and what it opens. The tokens themselves are not kept. */
export type TokenAccess = ReadonlyMap<string, Exclude<Access, 'public'>>

declare module 'fastify' {
  interface FastifyRequest {
    /** What the caller's token opens. */
    access: Access
  }
}

/** Each kind of token opens what the kinds before it open. */
const RANK: Readonly<Record<Access, number>> = {
  public: 0,
  read: 1,
  write: 2,
  gateway: 2,
  admin: 3,
}

/** Lets a request through only to routes that its bearer token opens; a route without access is shut. */
export function guardAccess(app: GatewayApp, tokens: TokenAccess): void {
  app.decorateRequest('access', 'public')
  app.addHook('onRequest', async (request) => {
    const needed = request.routeOptions.config.access
    if (request.is404) throw new LedgerError('NOT_FOUND', { path: request.url.slice(0, 200) })
    if (needed === 'public') return
    request.access = accessOf(request, tokens)
    if (needed === undefined || RANK[request.access] < RANK[needed]) {
      throw new LedgerError('FORBIDDEN', { needs: needed ?? 'nobody' })
    }
  })
}

function accessOf(request: FastifyRequest, tokens: TokenAccess): Access {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
  // Looking up a digest tells nothing about a token by its timing.
  const access = scheme === 'Bearer' ? tokens.get(tokenDigest(token)) : undefined
  if (access === undefined) throw new LedgerError('UNAUTHENTICATED')
  return access
}

export function tokenDigest(token: string): string {
  return hash('sha256', token)
}
