import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EnvelopeStore } from '../../gateway/fabric/envelope-store.ts'
import { tokenDigest } from '../../gateway/index.ts'
import type { GatewayConfig } from '../../gateway/serve-config.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { freePort } from '../support/free-port.ts'
import { TestNetwork } from '../support/test-network.ts'
import { accountOf, signed, STAR } from '../support/world.ts'

const MEMBERS = Array.from({ length: 8 }, (_, index) => `mall:m-k${index}`)
const PAYEE = 'mall:m-payee'
const TRANSFERS_EACH = 20
const KILLS = 4

let net: TestNetwork
let folder: string
let config: GatewayConfig
let gateway: ChildProcess

function keep(name: string, text: string): string {
  writeFileSync(join(folder, name), text, { mode: 0o600 })
  return name
}

/** A second gateway of the mall, as a process that can be killed. */
function serve(): ChildProcess {
  return spawn(process.execPath, ['gateway/serve.ts', join(folder, 'gateway.json')], {
    stdio: 'ignore',
  })
}

beforeAll(async () => {
  net = await TestNetwork.start()
  await net.open([...MEMBERS, PAYEE])
  for (const [index, member] of MEMBERS.entries()) {
    const body = { asset: STAR, to: accountOf(member), spendFen: '100000', store: 'S1' }
    const issue = { ...body, receipt: `R-${index}`, funder: 'mall' }
    await net.post('mall', '/issues', signed('IssuePoints', 'mall:till', issue))
  }
  folder = join(net.dataDir, 'second')
  mkdirSync(folder)
  const { channel, chaincode, peerAddress, tlsRootCertificate, client } = net.profile('mall')
  config = {
    organisation: 'mall',
    channel,
    chaincode,
    peer: { address: peerAddress, tlsRootCertificate: keep('tls.pem', tlsRootCertificate) },
    client: {
      certificate: keep('client.pem', client.certificate),
      privateKey: keep('client.key', client.privateKey),
    },
    projection: 'projection.sqlite',
    envelopes: 'envelopes.sqlite',
    listen: { host: '127.0.0.1', port: await freePort() },
    tokens: [{ sha256: tokenDigest('token'), access: 'write' }],
    others: [],
  }
  keep('gateway.json', JSON.stringify(config))
  gateway = serve()
})
afterAll(async () => {
  gateway.kill('SIGKILL')
  await net.stop()
})

async function post(command: SignedCommand): Promise<Response | undefined> {
  return await fetch(`http://127.0.0.1:${String(config.listen.port)}/transfers`, {
    method: 'POST',
    body: JSON.stringify(command),
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
  }).catch(() => undefined)
}

/** Sends a command, the same again and again, until it has an answer that will not change. */
async function settled(command: SignedCommand): Promise<number> {
  const deadlineMs = performance.now() + 60_000
  for (;;) {
    const response = await post(command)
    await response?.text().catch(() => undefined)
    const isOver = response !== undefined && response.status < 500
    if (isOver) return response.status
    if (performance.now() > deadlineMs) return response?.status ?? 0
    await delay(50)
  }
}

test('killed again and again amid transfers, every one of them is done once', async () => {
  const all = MEMBERS.map((member) =>
    Array.from({ length: TRANSFERS_EACH }, () => {
      const body = { asset: STAR, from: accountOf(member), to: accountOf(PAYEE), amount: '1' }
      return signed('TransferPoints', member, body)
    }),
  )
  const total = MEMBERS.length * TRANSFERS_EACH
  const marks = Array.from({ length: KILLS }, () => Promise.withResolvers<void>())
  let answered = 0
  const statuses = Promise.all(
    all.map(async (commands) => {
      const own: number[] = []
      for (const command of commands) {
        own.push(await settled(command))
        answered += 1
        marks[Math.floor((answered * (KILLS + 1)) / total) - 1]?.resolve()
      }
      return own
    }),
  )
  for (const mark of marks) {
    await mark.promise
    // Somewhere within a batch, at another place every time.
    await delay(Math.random() * 30)
    gateway.kill('SIGKILL')
    await once(gateway, 'exit')
    gateway = serve()
  }
  for (const status of (await statuses).flat()) expect([200, 201]).toContain(status)
  const outcomes = await Promise.all(
    all.flat().map(async ({ command: { actor, id } }) => {
      return (await net.get('mall', `/commands/${actor}/${id}`)).body['status']
    }),
  )
  expect(new Set(outcomes)).toEqual(new Set(['accepted']))
  const { body } = await net.get('mall', `/accounts/${accountOf(PAYEE)}`)
  expect(JSON.stringify(body['holdings'])).toContain(`"${String(total)}"`)
  gateway.kill('SIGTERM')
  await once(gateway, 'exit')
  const envelopes = new EnvelopeStore(join(folder, 'envelopes.sqlite'))
  expect(envelopes.all()).toEqual([])
  envelopes.close()
}, 120_000)
