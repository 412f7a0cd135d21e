import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../gateway/app.ts'
import type { CommandService } from '../../gateway/commands/command-service.ts'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import { GatewayMetrics } from '../../gateway/metrics/gateway-metrics.ts'
import { tokenDigest } from '../../gateway/index.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import type { ErrorCode } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import { signed } from '../support/world.ts'

let app: GatewayApp
let code: ErrorCode = 'QUEUE_FULL'

beforeAll(async () => {
  const commands = { submit: () => Promise.reject(new LedgerError(code)) }
  app = await buildApp({
    services: {
      organisation: 'mall',
      channel: 'consortium',
      projection: Projection.open(':memory:'),
      waitForBlock: () => Promise.resolve(),
      commands: commands as unknown as CommandService,
      isReady: () => false,
      lag: () => 12n,
      metrics: new GatewayMetrics('mall'),
    },
    tokens: new Map([[tokenDigest('token'), 'write']]),
    logger: pino({ level: 'silent' }),
  })
})
afterAll(async () => {
  await app.close()
})

test.each<[ErrorCode, number, string | undefined]>([
  ['QUEUE_FULL', 503, '1'],
  ['LEDGER_UNAVAILABLE', 503, '1'],
  ['OUTCOME_UNKNOWN', 504, undefined],
])('%s is answered %i with Retry-After %s', async (given, status, retryAfter) => {
  code = given
  const response = await app.inject({
    method: 'POST',
    url: '/commands',
    headers: { authorization: 'Bearer token' },
    payload: signed('TransferPoints', 'mall:m-ann', {}),
  })
  expect(response.statusCode).toBe(status)
  expect(response.headers['retry-after']).toBe(retryAfter)
  expect(response.json()).toMatchObject({ code: given })
})

test('a gateway without its ledger is healthy, tells its lag, and is not ready', async () => {
  const health = await app.inject({ method: 'GET', url: '/health' })
  expect([health.statusCode, health.json()]).toEqual([
    200,
    { status: 'ok', following: false, lag: '12' },
  ])
  const ready = await app.inject({ method: 'GET', url: '/ready' })
  expect([ready.statusCode, ready.headers['retry-after']]).toEqual([503, '1'])
})
