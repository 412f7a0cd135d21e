import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import type { ErrorCode } from '../../ledger/index.ts'
import { LedgerError } from '../../ledger/index.ts'
import { gatewayApp } from '../support/gateway-app.ts'
import { signed } from '../support/world.ts'

let app: GatewayApp
let code: ErrorCode = 'QUEUE_FULL'

beforeAll(async () => {
  app = await gatewayApp(() => Promise.reject(new LedgerError(code)), {
    isReady: () => false,
    lag: () => 12n,
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
