import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger } from 'fastify'
import fastify, { LogController } from 'fastify'
import type { GatewayApp } from './gateway-app.ts'
import type { HttpObserver } from './metrics/observers.ts'
import type { TokenAccess } from './plugins/access.ts'
import { guardAccess } from './plugins/access.ts'
import { describeApi, serveDescription } from './plugins/api-description.ts'
import { answerFrameworkError, answerProblems } from './plugins/problems.ts'
import { traceIdOf } from './plugins/traces.ts'
import { createCommands } from './routes/commands.create.ts'
import { readCommandOutcome } from './routes/commands.outcome.ts'
import { readError } from './routes/errors.read.ts'
import { readHealth } from './routes/health.read.ts'
import { readMetrics } from './routes/metrics.read.ts'
import { createIssue } from './routes/issues.create.ts'
import { createMember } from './routes/members.create.ts'
import { createOrganisation } from './routes/organisations.create.ts'
import { createProgramme } from './routes/programmes.create.ts'
import { READ_ROUTES } from './routes/read-routes.ts'
import { createRedemption } from './routes/redemptions.create.ts'
import { createTransfer } from './routes/transfers.create.ts'
import type { GatewayServices } from './write-services.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024

const WRITE_ROUTES = [
  createCommands,
  readCommandOutcome,
  createOrganisation,
  createMember,
  createProgramme,
  createIssue,
  createTransfer,
  createRedemption,
  readHealth,
  readMetrics,
  readError,
]

export interface AppOptions {
  readonly services: GatewayServices
  readonly tokens: TokenAccess
  readonly logger: FastifyBaseLogger
}

/** The gateway's HTTP face: no environment, no listening, so that tests can inject requests. */
export async function buildApp({ services, tokens, logger }: AppOptions): Promise<GatewayApp> {
  const app: GatewayApp = fastify({
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    genReqId: traceIdOf,
    frameworkErrors: answerFrameworkError,
    logController: new LogController({ disableRequestLogging: true }),
    // Input is taken as it is or refused: nothing is converted, dropped or filled in.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false },
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  answerProblems(app)
  guardAccess(app, tokens)
  observeRequests(app, services.metrics)
  await describeApi(app, services.organisation)
  for (const route of READ_ROUTES) route(app, services)
  for (const route of WRITE_ROUTES) route(app, services)
  serveDescription(app)
  await app.ready()
  return app
}

/** One line for each request: route, status, time and the trace id that its entries carry too. */
function observeRequests(app: GatewayApp, metrics: HttpObserver): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { url: route } = request.routeOptions
    const { statusCode, elapsedTime: elapsedMs } = reply
    request.log.info({ method: request.method, route, statusCode, elapsedMs }, 'answered')
    // Of an address that nobody knows the route is not told: there is no end to them.
    metrics.answered(request.method, route ?? 'none', statusCode, elapsedMs)
    done()
  })
}
