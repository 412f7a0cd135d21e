import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'

/** Fastify with types from TypeBox schemas. */
export type GatewayApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/**
 * Who may call a route. Every route says it; one that does not is closed. A token of kind `gateway`
 * opens what `write` opens, and is another organisation's gateway.
 */
export type Access = 'public' | 'read' | 'write' | 'gateway' | 'admin'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
}
