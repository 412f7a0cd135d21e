import { request as httpRequest, Agent } from 'node:http'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ERROR_TABLE, isErrorCode } from '../../ledger/index.ts'
import { TestNetwork } from '../support/test-network.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

/** Ten thousand requests that are wrong in some way: no fault, no crash, nothing changed. */
const REQUESTS = 10_000
const AT_ONCE = 20
const ANN = 'mall:m-ann'

let net: TestNetwork

beforeAll(async () => {
  net = await TestNetwork.start()
  await net.open([ANN])
})
afterAll(async () => {
  await net.stop()
})

interface Wrong {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const transfer = (): object =>
  signed('TransferPoints', ANN, {
    asset: STAR,
    from: accountOf(ANN),
    to: accountOf('mall:m-bob'),
    amount: '1',
  })

/** Values that have surprised somebody's parser. */
const nasty = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '-1',
    '+1',
    '01',
    '1e3',
    '1.0',
    '٣',
    '9'.repeat(400),
    0,
    -0.5,
    Number.MAX_VALUE,
    true,
    [],
    {},
    [[]],
    '\u0000',
    '\uD800',
    '../../etc/passwd',
    'mall:a-ann/../x',
    '__proto__',
    'constructor',
    { __proto__: { isAdmin: true } },
    '2026-02-30',
    '2026-13-01',
    'a'.repeat(5_000),
  ),
  fc.string({ maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Paths to every member of a good command, so that any one of them can be spoilt. */
function membersOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, member]) => membersOf(member, [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}

function spoil(value: object, path: readonly string[], by: unknown): object {
  const copy = structuredClone(value) as Record<string, unknown>
  let place = copy
  for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>
  const last = path.at(-1) ?? ''
  if (by === undefined) delete place[last]
  else place[last] = by
  return copy
}

const spoiltCommand = fc
  .tuple(fc.nat(1_000), fc.oneof(fc.constant(undefined), nasty))
  .map(([pick, by]) => {
    const good = transfer()
    // Without a traceparent in it, every member of the command matters.
    const paths = membersOf(good)
    return JSON.stringify(spoil(good, paths[pick % paths.length] ?? ['command'], by))
  })

const truncated = fc
  .tuple(spoiltCommand, fc.nat(200))
  .map(([text, cut]) => text.slice(0, Math.max(1, text.length - 1 - cut)))

const bodies = fc.oneof(
  { weight: 4, arbitrary: spoiltCommand.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: truncated.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.constant(Buffer.from('['.repeat(20_000))) },
  { weight: 1, arbitrary: fc.constant(Buffer.from('{"__proto__":{"x":1},"command":{}}')) },
)

const writePaths = fc.constantFrom(
  '/commands',
  '/issues',
  '/transfers',
  '/redemptions',
  '/members',
  '/organisations',
  '/programmes',
)

const readPaths = fc
  .tuple(
    fc.constantFrom(
      '/ledger',
      '/accounts/',
      '/members/',
      '/programmes/',
      '/entries/',
      '/entries',
      '/blocks/',
      '/blocks',
      '/trial-balance',
      '/liability',
      '/commands/',
      '/errors/',
      '/',
    ),
    fc.oneof(fc.string({ maxLength: 20 }).map(encode), fc.constantFrom('', '%zz', '%00', '%ff')),
    fc.constantFrom(
      '',
      '?limit=0',
      '?limit=1e9',
      '?cursor=%00',
      '?minBlock=-1',
      '?minBlock=x',
      '?x',
    ),
  )
  .map(([base, rest, query]) => `${base}${rest}${query}`)

function encode(text: string): string {
  return Buffer.from(text, 'utf8').reduce((all, byte) => `${all}%${hex(byte)}`, '')
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/x-ndjson',
      'text/plain',
      'application/json; charset=utf-7',
      'multipart/form-data',
    ),
    'idempotency-key': fc.constantFrom('short', 'x'.repeat(200), 'a/b'),
    traceparent: fc.constantFrom('00-0-0-0', 'zz', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-zz`),
  },
  { requiredKeys: ['content-type'] },
)

const wrongRequest: fc.Arbitrary<Wrong> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ method: fc.constant('POST'), path: writePaths, headers, body: bodies }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      method: fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      path: readPaths,
      headers: fc.constant({}),
      body: fc.constant(Buffer.alloc(0)),
    }),
  },
)

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

function send(base: URL, token: string, wrong: Wrong): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { method, path } = wrong
    const authorization = `Bearer ${token}`
    const options = { agent, host: base.hostname, port: base.port, method, path }
    const outgoing = httpRequest(
      { ...options, headers: { ...wrong.headers, authorization } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(wrong.body)
  })
}

async function books(): Promise<unknown> {
  const { body } = await net.get('mall', '/trial-balance')
  const blocks = await net.get('mall', '/blocks?limit=1')
  return { body, blocks: blocks.body }
}

/** A coded answer below 500, for the request or for each of its lines. */
function check({ status, body }: { status: number; body: string }, wrong: Wrong): void {
  const shown = `${status} ${wrong.method} ${wrong.path} ${wrong.body.toString().slice(0, 300)} → ${body}`
  expect(status, shown).toBeLessThan(500)
  for (const line of body.split('\n').filter((text) => text.includes('"code"'))) {
    const { code } = JSON.parse(line) as { code?: string }
    if (code === undefined) continue
    expect(isErrorCode(code) && ERROR_TABLE[code].status < 500, shown).toBe(true)
  }
}

test(`${REQUESTS} malformed requests: no 5xx, no crash, no state change`, async () => {
  const before = await books()
  const base = new URL(net.url('mall'))
  const token = net.token('mall', 'client')
  const all = fc.sample(wrongRequest, { numRuns: REQUESTS, seed: 2026 })
  const counts = new Map<number, number>()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, worker) => {
      for (let index = worker; index < all.length; index += AT_ONCE) {
        const wrong = all[index]
        if (wrong === undefined) return
        const answer = await send(base, token, wrong)
        check(answer, wrong)
        counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1)
      }
    }),
  )
  // They do get as far as the checks that they are meant for.
  expect(counts.get(400) ?? 0).toBeGreaterThan(REQUESTS / 4)
  expect(await books()).toEqual(before)
  expect((await net.get('mall', '/ready')).status).toBe(200)
})
