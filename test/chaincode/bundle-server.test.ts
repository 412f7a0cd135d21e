import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { ServiceError } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import { peer } from '@hyperledger/fabric-protos'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { IdentityMaterial, KeyPair } from '../../network/embedded/identity-material.ts'
import { openIdentityMaterial } from '../../network/embedded/identity-material.ts'
import { freePort } from '../support/free-port.ts'
import type { Invocation } from '../support/peer-stream.ts'
import { PeerStream } from '../support/peer-stream.ts'
import { OPENING_DATE, openingCommands, signed } from '../support/world.ts'
import { readProjectFile } from '../support/source-files.ts'

const CHAINCODE_ID = 'ledger:c0ffee'
const { Type } = peer.ChaincodeMessage

const scratch = mkdtempSync(join(tmpdir(), 'tallystick-server-'))
let bundle: string
let material: IdentityMaterial

beforeAll(async () => {
  bundle = (await buildBundle(scratch)).path
  material = await openIdentityMaterial(scratch, ['bank', 'mall'])
})
afterAll(() => rmSync(scratch, { recursive: true }))

const started: ChildProcess[] = []
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Server {
  readonly child: ChildProcess
  readonly address: string
  readonly ended: Promise<Ended>
}

/** Runs the bundle alone: in a folder without node_modules, with nothing of this environment. */
function launch(env: Readonly<Record<string, string>>, nodeOptions: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeOptions, bundle], {
    cwd: scratch,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]): Ended => ({ code: child.exitCode, stdout, stderr }),
  )
  return { child, ended }
}

async function start(nodeOptions: readonly string[] = []): Promise<Server> {
  const address = await freeAddress()
  const { child, ended } = launch({ ...environment(address), ...tlsFiles() }, nodeOptions)
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line'), ended])
  if (!Array.isArray(line)) throw new Error(`it did not start: ${line.stderr}`)
  return { child, address, ended }
}

async function freeAddress(): Promise<string> {
  return `localhost:${await freePort()}`
}

function environment(address: string): Record<string, string> {
  return { CHAINCODE_ID, CHAINCODE_SERVER_ADDRESS: address }
}

/** The bank's chaincode server, for the clients of the bank's CA. */
function tlsFiles(): Record<string, string> {
  return {
    CHAINCODE_TLS_KEY_FILE: join(scratch, 'tls/server.key'),
    CHAINCODE_TLS_CERT_FILE: join(scratch, 'tls/server.crt'),
    CHAINCODE_TLS_CLIENT_CACERT_FILE: join(scratch, 'organisations/bank/ca.crt'),
  }
}

function identityOf(organisation: string): KeyPair {
  const found = material.organisations.get(organisation)
  if (found === undefined) throw new Error(`there is no ${organisation}`)
  return found.peer
}

function adminOfBank(): string {
  const found = material.organisations.get('bank')
  if (found === undefined) throw new Error('there is no bank')
  return found.admin.certificate
}

function streamTo(address: string, identity?: KeyPair): PeerStream {
  const { caCertificate } = material.tls
  return new PeerStream(address, {
    caCertificate,
    creator: adminOfBank(),
    ...(identity !== undefined && { identity }),
  })
}

async function withPeer<T>(
  server: Server,
  use: (stream: PeerStream) => Promise<T>,
  offer?: peer.ChaincodeAdditionalParams,
): Promise<T> {
  const stream = streamTo(server.address, identityOf('bank'))
  try {
    expect(await stream.register(offer)).toBe(CHAINCODE_ID)
    return await use(stream)
  } finally {
    stream.close()
  }
}

describe('a peer with a certificate of the CA', () => {
  test('finds the contract that was agreed, and no other', async () => {
    const metadata = await withPeer(await start(), (stream) =>
      stream.invoke('org.hyperledger.fabric:GetMetadata'),
    )
    const golden: unknown = JSON.parse(readProjectFile('test/golden/contract-metadata.json'))
    expect(metadata).toMatchObject({ status: 200, message: '' })
    expect(JSON.parse(metadata.answer)).toEqual(golden)
  })

  test('gets answers from the rules', async () => {
    const request = JSON.stringify({ assets: ['mall:star:point'] })
    const found = await withPeer(await start(), (stream) => stream.invoke('GetProgrammes', request))
    expect(found).toMatchObject({ status: 200, answer: '{"programmes":[null]}' })
    expect(found.asked).toHaveLength(1)
  })

  test('may send more than the 4 MB that gRPC takes by default', async () => {
    const request = JSON.stringify({ assets: ['x'.repeat(8 * 1024 * 1024)] })
    const refused = await withPeer(await start(), (stream) =>
      stream.invoke('GetProgrammes', request),
    )
    expect(refused).toMatchObject({ status: 500, asked: [] })
    expect(refused.message).toMatch(/^SUBMIT_MALFORMED/)
  })
})

function offerOf(reads: number, writes: number): peer.ChaincodeAdditionalParams {
  const offer = new peer.ChaincodeAdditionalParams()
  offer.setUseGetMultipleKeys(reads > 0)
  offer.setMaxSizeGetMultipleKeys(reads)
  offer.setUseWriteBatch(writes > 0)
  offer.setMaxSizeWriteBatch(writes)
  return offer
}

describe('reads and writes', () => {
  const commands = [signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })]
  const opening = JSON.stringify({
    lane: 0,
    fold: [],
    commands: [...commands, ...openingCommands('bank')],
  })

  async function opened(offer?: peer.ChaincodeAdditionalParams): Promise<Invocation> {
    const found = await withPeer(await start(), (stream) => stream.invoke('Submit', opening), offer)
    expect(found).toMatchObject({ status: 200, message: '' })
    expect(found.written.length).toBeGreaterThan(6)
    return found
  }

  test('one by one with a peer before 3.1, in batches with one that offers it', async () => {
    const single = await opened()
    expect(new Set(single.messages)).toEqual(new Set([Type.GET_STATE, Type.PUT_STATE]))
    const batched = await opened(offerOf(1000, 1000))
    expect(batched.messages).toEqual([
      Type.GET_STATE_MULTIPLE,
      Type.GET_STATE_MULTIPLE,
      Type.WRITE_BATCH_STATE,
    ])
    for (const field of ['answer', 'asked', 'written'] as const) {
      expect(batched[field]).toEqual(single[field])
    }
  })

  test('in batches no larger than the peer takes', async () => {
    const single = await opened()
    const small = await opened(offerOf(2, 5))
    expect(small.written).toEqual(single.written)
    expect(small.messages.filter((type) => type === Type.WRITE_BATCH_STATE)).toHaveLength(
      Math.ceil(single.written.length / 5),
    )
  })

  test('in batches only what the peer offers', async () => {
    const { messages } = await opened(offerOf(1000, 0))
    expect(new Set(messages)).toEqual(new Set([Type.GET_STATE_MULTIPLE, Type.PUT_STATE]))
  })
})

describe('nobody else gets a connection', () => {
  test.each([
    ['without a certificate', () => undefined],
    ['with a certificate of another CA', () => identityOf('mall')],
  ])('%s', async (_name, identity) => {
    const server = await start()
    const stream = streamTo(server.address, identity())
    const failure = await stream.next().then(
      () => undefined,
      (error: ServiceError) => error.code,
    )
    stream.close()
    expect(failure).toBe(status.UNAVAILABLE)
    const { status: answered } = await withPeer(server, (known) =>
      known.invoke('GetProgrammes', '{"assets":[]}'),
    )
    expect(answered).toBe(200)
  })
})

describe('it ends', () => {
  test('on SIGTERM, having said only that it listens', async () => {
    const server = await start()
    await withPeer(server, (stream) => stream.invoke('GetProgrammes', '{"assets":[]}'))
    server.child.kill('SIGTERM')
    const { code, stdout } = await server.ended
    const said = `Chaincode ${CHAINCODE_ID} listens on ${server.address} (mutual TLS)\n`
    expect([code, stdout]).toEqual([0, said])
  })

  test.each([
    ['an uncaught error', 'throw new Error("a bug")'],
    ['an unhandled rejection', 'Promise.reject(new Error("a bug"))'],
  ])('on %s', async (_name, bug) => {
    const planted = `process.once('SIGUSR2', () => { ${bug} })`
    const server = await start(['--import', `data:text/javascript,${encodeURIComponent(planted)}`])
    server.child.kill('SIGUSR2')
    const { code, stderr } = await server.ended
    expect(code).toBe(1)
    expect(stderr).toContain('Error: a bug')
  })

  test('when its address is taken', async () => {
    const { address } = await start()
    const { code, stderr } = await launch({ ...environment(address), ...tlsFiles() }).ended
    expect(code).toBe(1)
    expect(stderr).toContain(`Cannot listen on ${address}`)
  })
})

describe('it does not start', () => {
  const ADDRESS = 'localhost:7052'

  test.each([
    ['without an id', { CHAINCODE_ID: '' }, 'CHAINCODE_ID is missing'],
    ['without an address', { CHAINCODE_SERVER_ADDRESS: '' }, 'CHAINCODE_SERVER_ADDRESS must be'],
    ['without a port', { CHAINCODE_SERVER_ADDRESS: 'localhost' }, 'must be the host:port'],
    ['without a key', { CHAINCODE_TLS_KEY_FILE: '' }, 'CHAINCODE_TLS_KEY_FILE is missing'],
    [
      'without a CA for clients',
      { CHAINCODE_TLS_CLIENT_CACERT_FILE: '' },
      'CHAINCODE_TLS_CLIENT_CACERT_FILE is missing',
    ],
    [
      'with a file that is not there',
      { CHAINCODE_TLS_CERT_FILE: '/none.crt' },
      'CHAINCODE_TLS_CERT_FILE cannot be read',
    ],
  ])('%s', async (_name, change, message) => {
    const { code, stderr } = await launch({ ...environment(ADDRESS), ...tlsFiles(), ...change })
      .ended
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })

  test('without TLS where others can reach it', async () => {
    const { code, stderr } = await launch(environment('0.0.0.0:7052')).ended
    expect(code).toBe(1)
    expect(stderr).toContain('needs TLS')
  })
})
