import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { GatewayApp } from '../gateway-app.ts'

const PAGE = '/docs'

/** OpenAPI 3.1 at /openapi.json, made from the routes' schemas, and a readable page at /docs. */
export async function describeApi(app: GatewayApp, organisation: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `Tallystick gateway of ${organisation}`,
        version: '0.1.0',
        description:
          'Points of a consortium on one ledger. Commands are signed by their actors; amounts are decimal strings.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(PAGE)) route.config = { ...route.config, access: 'public' }
  })
  await app.register(swaggerUi, { routePrefix: PAGE })
}

/** The description itself, once all routes are known. */
export function serveDescription(app: GatewayApp): void {
  app.get(
    '/openapi.json',
    { config: { access: 'public' }, schema: { hide: true } },
    (_request, reply) => reply.send(app.swagger()),
  )
}
