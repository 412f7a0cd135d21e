import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildApp } from '../../gateway/app.ts'
import type { CommandService } from '../../gateway/commands/command-service.ts'
import { BatchFailure } from '../../gateway/fabric/batch-failure.ts'
import type { BlockSink } from '../../gateway/fabric/block-follower.ts'
import type { LedgerBlock, LedgerTransaction } from '../../gateway/fabric/ledger-block.ts'
import type { EndorsedBatch } from '../../gateway/fabric/submit-batch.ts'
import type { GatewayApp } from '../../gateway/gateway-app.ts'
import { tokenDigest } from '../../gateway/index.ts'
import { GatewayMetrics } from '../../gateway/metrics/gateway-metrics.ts'
import { observeBlocks, observeEndorse } from '../../gateway/metrics/observed-ledger.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import { TestNetwork } from '../support/test-network.ts'

const REQUEST = { lane: 0, fold: [], commands: [] }

let metrics: GatewayMetrics
beforeEach(() => {
  metrics = new GatewayMetrics('mall')
})
afterEach(() => metrics.close())

/** The lines of the text that begin so; figures of one metric and its labels. */
async function figures(start: string, of = metrics): Promise<Record<string, number>> {
  const lines = (await of.text()).split('\n').filter((line) => line.startsWith(start))
  return Object.fromEntries(
    lines.map((line) => {
      const blank = line.lastIndexOf(' ')
      return [line.slice(0, blank), Number(line.slice(blank + 1))]
    }),
  )
}

async function appWith(own: GatewayMetrics): Promise<GatewayApp> {
  return await buildApp({
    services: {
      organisation: 'mall',
      channel: 'consortium',
      projection: Projection.open(':memory:'),
      waitForBlock: () => Promise.resolve(),
      commands: {} as CommandService,
      isReady: () => true,
      lag: () => 0n,
      metrics: own,
    },
    tokens: new Map([
      [tokenDigest('auditor'), 'read'],
      [tokenDigest('client'), 'write'],
    ]),
    logger: pino({ level: 'silent' }),
  })
}

test('are for those who may read, and described in the API', async () => {
  const app = await appWith(metrics)
  const get = async (authorization?: string) =>
    await app.inject({
      method: 'GET',
      url: '/metrics',
      headers: authorization === undefined ? {} : { authorization },
    })
  expect((await get()).statusCode).toBe(401)
  expect((await get('Bearer nobody')).statusCode).toBe(401)
  const answer = await get('Bearer auditor')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(answer.body).toContain('# TYPE tallystick_stage_seconds histogram')
  expect(answer.body).toContain('# TYPE nodejs_eventloop_lag_p99_seconds gauge')
  const description = await app.inject({ method: 'GET', url: '/openapi.json' })
  expect(description.json()).toMatchObject({
    paths: { '/metrics': { get: { tags: ['operation'] } } },
  })
  await app.close()
})

test('requests are counted by route and status, unknown addresses together', async () => {
  const app = await appWith(metrics)
  const headers = { authorization: 'Bearer auditor' }
  for (const url of ['/health', '/health', '/accounts/mall:a-x', '/a', '/b', '/metrics']) {
    await app.inject({ method: 'GET', url, headers })
  }
  const requests = await figures('tallystick_http_requests_total')
  expect(requests).toEqual({
    'tallystick_http_requests_total{method="GET",route="/health",status="200"}': 2,
    'tallystick_http_requests_total{method="GET",route="/accounts/:id",status="503"}': 1,
    'tallystick_http_requests_total{method="GET",route="none",status="404"}': 2,
    'tallystick_http_requests_total{method="GET",route="/metrics",status="200"}': 1,
  })
  await app.close()
})

test('every gateway of a process has its own', async () => {
  const other = new GatewayMetrics('bank')
  metrics.answered('GET', '/health', 200, 1)
  expect(await figures('tallystick_http_requests_total', other)).toEqual({})
  other.close()
})

function endorsing(commit: EndorsedBatch['commit']): ReturnType<typeof observeEndorse> {
  return observeEndorse(async () => await Promise.resolve({ outcomes: [], commit }), metrics)
}

test('what is in flight is counted in its stage, and timed when it was ordered', async () => {
  const block = Promise.withResolvers<undefined>()
  const endorse = endorsing(async () => {
    await block.promise
    return { outcomes: [], transaction: { id: 'a', blockNumber: 1n } }
  })
  const endorsed = await endorse(REQUEST, 'client')
  const committed = endorsed.commit()
  expect(await figures('tallystick_transactions_in_flight')).toEqual({
    'tallystick_transactions_in_flight{stage="endorse"}': 0,
    'tallystick_transactions_in_flight{stage="commit"}': 1,
  })
  block.resolve(undefined)
  await committed
  expect(await figures('tallystick_transactions_in_flight{stage="commit"}')).toEqual({
    'tallystick_transactions_in_flight{stage="commit"}': 0,
  })
  expect(await figures('tallystick_stage_seconds_count')).toEqual({
    'tallystick_stage_seconds_count{stage="endorse"}': 1,
    'tallystick_stage_seconds_count{stage="commit"}': 1,
  })
})

test('what needed no transaction is not taken for a fast one', async () => {
  const endorse = endorsing(async () => await Promise.resolve({ outcomes: [] }))
  await (await endorse(REQUEST, 'client')).commit()
  expect(Object.keys(await figures('tallystick_stage_seconds_count'))).toEqual([
    'tallystick_stage_seconds_count{stage="endorse"}',
  ])
})

test('failures are counted by stage and kind, and passed on', async () => {
  const conflict = new BatchFailure('conflict', new Error('MVCC_READ_CONFLICT'))
  const endorse = endorsing(async () => await Promise.reject(conflict))
  const endorsed = await endorse(REQUEST, 'client')
  await expect(endorsed.commit()).rejects.toBe(conflict)
  const broken = observeEndorse(async () => await Promise.reject(new TypeError('x')), metrics)
  await expect(broken(REQUEST, 'client')).rejects.toThrow(TypeError)
  metrics.failedBatch('conflict', 'again')
  expect(await figures('tallystick_batch_failures_total')).toEqual({
    'tallystick_batch_failures_total{stage="commit",kind="conflict"}': 1,
    'tallystick_batch_failures_total{stage="endorse",kind="fault"}': 1,
  })
  expect(await figures('tallystick_batch_retries_total')).toEqual({
    'tallystick_batch_retries_total{kind="conflict",next="again"}': 1,
  })
  expect(await figures('tallystick_transactions_in_flight')).toEqual({
    'tallystick_transactions_in_flight{stage="endorse"}': 0,
    'tallystick_transactions_in_flight{stage="commit"}': 0,
  })
})

function blockOf(number: bigint, ...codes: readonly (readonly [string, string])[]): LedgerBlock {
  const transactions = codes.map(([submitter, validationCode], index): LedgerTransaction => {
    const id = `${String(number)}-${String(index)}`
    return { id, index, validationCode, submitter, timestamp: '', writes: [], entries: [] }
  })
  return { number, hash: 'h', previousHash: 'p', transactions }
}

test('validation codes are counted once a block, own apart from the others', async () => {
  let last: bigint | undefined
  const sink: BlockSink = {
    checkpoint: () => (last === undefined ? undefined : { blockNumber: last, genesisHash: 'g' }),
    apply: ({ number }) => void (last = number),
    reset: () => void (last = undefined),
  }
  const observed = observeBlocks(sink, metrics)
  const second = blockOf(1n, ['mall', 'MVCC_READ_CONFLICT'], ['bank', 'VALID'])
  observed.apply(blockOf(0n, ['mall', 'VALID']))
  observed.apply(second)
  // The stream was opened again.
  observed.apply(second)
  expect(await figures('tallystick_transactions_total')).toEqual({
    'tallystick_transactions_total{submitter="own",validation_code="VALID"}': 1,
    'tallystick_transactions_total{submitter="own",validation_code="MVCC_READ_CONFLICT"}': 1,
    'tallystick_transactions_total{submitter="other",validation_code="VALID"}': 1,
  })
  expect(await figures('tallystick_stage_seconds_count')).toEqual({
    'tallystick_stage_seconds_count{stage="apply"}': 2,
  })
})

test('the queue is measured once a batch', async () => {
  metrics.taken(400, 30)
  metrics.taken(1, 3)
  expect(await figures('tallystick_batch_commands_sum')).toEqual({
    tallystick_batch_commands_sum: 401,
  })
  expect(await figures('tallystick_stage_seconds_sum{stage="queue"}')).toEqual({
    'tallystick_stage_seconds_sum{stage="queue"}': 0.033,
  })
})

test('figures that are looked up are those of the moment', async () => {
  let waiting = 3
  metrics.gauge('tallystick_queue_length', 'Commands that wait for a batch', () => waiting)
  expect(await figures('tallystick_queue_length')).toEqual({ tallystick_queue_length: 3 })
  waiting = 0
  expect(await figures('tallystick_queue_length')).toEqual({ tallystick_queue_length: 0 })
})

test('a gateway tells what it has sent, and what others have', async () => {
  const network = await TestNetwork.start()
  try {
    await network.open(['mall:m-ann', 'bank:m-bob'])
    const response = await fetch(`${network.url('mall')}/metrics`, {
      headers: { authorization: `Bearer ${network.token('mall', 'auditor')}` },
    })
    const text = await response.text()
    const figure = (start: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`${start} `))
      return Number(line?.slice(start.length + 1))
    }
    const valid = (submitter: string): number =>
      figure(`tallystick_transactions_total{submitter="${submitter}",validation_code="VALID"}`)
    expect(valid('own')).toBeGreaterThanOrEqual(3)
    expect(valid('other')).toBeGreaterThanOrEqual(4)
    expect(figure('tallystick_batch_commands_sum')).toBeGreaterThanOrEqual(7)
    for (const stage of ['queue', 'endorse', 'commit', 'apply']) {
      expect(figure(`tallystick_stage_seconds_count{stage="${stage}"}`)).toBeGreaterThanOrEqual(3)
    }
    expect(figure('tallystick_queue_length')).toBe(0)
    expect(figure('tallystick_open_envelopes')).toBe(0)
    expect(figure('tallystick_block_number')).toBeGreaterThan(3)
  } finally {
    await network.stop()
  }
})
