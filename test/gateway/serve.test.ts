import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { tokenDigest } from '../../gateway/index.ts'
import type { GatewayConfig } from '../../gateway/serve-config.ts'
import { startEmbeddedEngine } from '../../network/embedded-engine.ts'
import type { Engine } from '../../network/engine.ts'
import { freePort } from '../support/free-port.ts'
import { signed, STAR } from '../support/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'tallystick-serve-'))
const configPath = join(folder, 'gateway.json')
const logPath = join(folder, 'log')
let ledgerPort: number
let config: GatewayConfig
let gateway: ChildProcess

async function startLedger(): Promise<Engine> {
  const dataDir = join(folder, 'ledger')
  const organisations = ['bank', 'mall']
  return await startEmbeddedEngine({ channel: 'test', organisations, dataDir, port: ledgerPort })
}

function keep(name: string, text: string): string {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return name
}

function writeConfig(next: GatewayConfig): void {
  keep('gateway.json', JSON.stringify(next))
}

/** Configures the bank's gateway for a ledger that has been there and is down now. */
beforeAll(async () => {
  ledgerPort = await freePort()
  const ledger = await startLedger()
  const profile = ledger.profiles.find(({ organisation }) => organisation === 'bank')
  if (profile?.admin === undefined) throw new Error('no profile of the bank')
  await ledger.close()
  config = {
    organisation: 'bank',
    channel: profile.channel,
    chaincode: profile.chaincode,
    peer: {
      address: profile.peerAddress,
      tlsRootCertificate: keep('tls.pem', profile.tlsRootCertificate),
    },
    client: {
      certificate: keep('client.pem', profile.client.certificate),
      privateKey: keep('client.key', profile.client.privateKey),
    },
    admin: {
      certificate: keep('admin.pem', profile.admin.certificate),
      privateKey: keep('admin.key', profile.admin.privateKey),
    },
    projection: 'projection.sqlite',
    envelopes: 'envelopes.sqlite',
    listen: { host: '127.0.0.1', port: await freePort() },
    tokens: [{ sha256: tokenDigest('admin'), access: 'admin' }],
    others: [],
  }
})
afterAll(() => {
  gateway.stdout?.removeAllListeners()
  gateway.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

function serve(): ChildProcess {
  const child = spawn(process.execPath, ['gateway/serve.ts', configPath])
  child.stdout.on('data', (part: Buffer) => writeFileSync(logPath, part, { flag: 'a' }))
  return child
}

function logged(): Record<string, unknown>[] {
  const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

function isLogged(message: string): boolean {
  return logged().some(({ msg }) => msg === message)
}

async function statusOf(path: string): Promise<number | undefined> {
  const url = `http://127.0.0.1:${String(config.listen.port)}${path}`
  const response = await fetch(url, { headers: { authorization: 'Bearer admin' } }).catch(() => {})
  await response?.text()
  return response?.status
}

async function posted(command: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${String(config.listen.port)}/commands`, {
    method: 'POST',
    body: JSON.stringify(command),
    headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
  })
  return (await response.json()) as Record<string, unknown>
}

const patient = { timeout: 30_000, interval: 50 }

test('listens while its peer is down, becomes ready with it, and ends on SIGTERM', async () => {
  writeConfig(config)
  gateway = serve()
  await vi.waitUntil(async () => (await statusOf('/health')) === 200, patient)
  expect(await statusOf('/ready')).toBe(503)
  const ledger = await startLedger()
  await vi.waitUntil(async () => (await statusOf('/ready')) === 200, patient)
  await ledger.close()
  gateway.kill('SIGTERM')
  expect(await once(gateway, 'exit')).toEqual([0, null])
  expect(logged().at(-1)).toMatchObject({ msg: 'ended', organisation: 'bank' })
})

/** A gateway of the mall that refuses whatever comes, and keeps by which token it came. */
async function startMall(): Promise<{ server: Server; url: string; authorised: unknown[] }> {
  const authorised: unknown[] = []
  const server = createHttpServer((request, response) => {
    authorised.push(request.headers.authorization)
    const answer = { line: 1, status: 'refused', actor: 'mall:till', id: 'x', replayed: false }
    response.end(`${JSON.stringify({ ...answer, code: 'BUDGET_EXHAUSTED', detail: {} })}\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${String(port)}`, authorised }
}

test('learns where the others are while it runs, and goes on when it cannot read that', async () => {
  const ledger = await startLedger()
  gateway = serve()
  await vi.waitUntil(async () => (await statusOf('/ready')) === 200, patient)
  const body = { asset: STAR, to: 'mall:a-ann', spendFen: '1', receipt: 'R', store: 'S' }
  const issue = signed('IssuePoints', 'mall:till', { ...body, funder: 'mall' })
  expect((await posted(issue))['code']).not.toBe('BUDGET_EXHAUSTED')
  const mall = await startMall()
  const others = [{ organisation: 'mall', url: mall.url, token: 'of the bank' }]
  keep('gateway.json', '{')
  await vi.waitUntil(() => isLogged('kept the others as they were'), patient)
  writeConfig({ ...config, others })
  await vi.waitUntil(() => isLogged('read the others again'), patient)
  expect((await posted(issue))['code']).toBe('BUDGET_EXHAUSTED')
  expect(mall.authorised).toEqual(['Bearer of the bank'])
  mall.server.closeAllConnections()
  mall.server.close()
  gateway.kill('SIGTERM')
  await once(gateway, 'exit')
  await ledger.close()
})
