import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CHAINCODE, ProbeNetwork, take, text } from './probe-network.ts'

let network: ProbeNetwork
beforeEach(() => {
  network = new ProbeNetwork()
})
afterEach(async () => {
  await network.dispose()
})

test('a restart keeps height, state, material and events', async () => {
  await network.start()
  const before = network.connect('bank')
  await before.contract.submitTransaction('Put', 'kept', 'kept')
  await before.contract.submitTransaction('Announce', 'event', 'said', 'hello')
  const height = network.ledger.height()
  const { certificate } = network.ledger.identity('mall', 'admin')
  const root = network.ledger.tlsRootCertificate
  await network.stop()

  await network.start()
  expect(network.ledger.height()).toBe(height)
  expect(network.ledger.identity('mall', 'admin').certificate).toBe(certificate)
  expect(network.ledger.tlsRootCertificate).toBe(root)
  const after = network.connect('bank')
  expect(text(await after.contract.evaluateTransaction('Get', 'kept'))).toBe('kept')
  const events = await after.network.getChaincodeEvents(CHAINCODE, { startBlock: 0n })
  expect((await take(events, 1)).map(({ payload }) => text(payload))).toEqual(['hello'])
  await after.contract.submitTransaction('Append', 'kept', ' on')
  expect(text(await after.contract.evaluateTransaction('Get', 'kept'))).toBe('kept on')
  expect(network.ledger.height()).toBe(height + 1n)
})

test('what was submitted before closing is committed', async () => {
  await network.start({ cutting: { maxTransactions: 100, maxBytes: 1 << 20, timeoutMs: 60_000 } })
  const { contract } = network.connect('bank')
  await contract.submitAsync('Put', { arguments: ['last', 'word'] })
  await network.stop()
  await network.start()
  const again = network.connect('bank')
  expect(text(await again.contract.evaluateTransaction('Get', 'last'))).toBe('word')
})

test('kill -9 loses nothing that was acknowledged, and nothing was said on stdout', async () => {
  const script = fileURLToPath(new URL('kill-target.ts', import.meta.url))
  const child = spawn(process.execPath, [script, network.dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === 25) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  expect(acknowledged.every((line) => /^acknowledged \d+$/.test(line))).toBe(true)

  await network.start()
  const { contract } = network.connect('bank')
  for (const line of acknowledged) {
    expect(text(await contract.evaluateTransaction('Get', line))).toBe('committed')
  }
})

test.each(["throw new Error('a bug')", "void Promise.reject(new Error('a bug'))"])(
  'a bug still stops the process: %s',
  async (bug) => {
    const ledger = new URL('../../network/embedded/embedded-ledger.ts', import.meta.url).href
    const script = `await import('${ledger}'); setTimeout(() => { ${bug} }); setTimeout(() => {}, 5000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: 'ignore',
    })
    expect(await once(child, 'exit')).toEqual([1, null])
  },
)

test('private keys are readable by their owner only', async () => {
  await network.start()
  const organisations = join(network.dataDir, 'organisations')
  for (const organisation of readdirSync(organisations)) {
    const folder = join(organisations, organisation)
    const files = readdirSync(folder)
    expect(files.sort()).toEqual([
      'admin.crt',
      'admin.key',
      'ca.crt',
      'client.crt',
      'client.key',
      'peer.crt',
      'peer.key',
    ])
    const keys = files.filter((file) => file.endsWith('.key'))
    for (const key of keys) expect(statSync(join(folder, key)).mode & 0o777).toBe(0o600)
  }
  expect(statSync(join(network.dataDir, 'tls', 'server.key')).mode & 0o777).toBe(0o600)
})

test('data of another channel, of other organisations or in use is refused', async () => {
  await network.start()
  const options = { channel: 'points', dataDir: network.dataDir }
  const second = new ProbeNetwork()
  await expect(second.start(options)).rejects.toThrow('locked')
  await second.dispose()
  await network.stop()
  await expect(network.start({ channel: 'coupons' })).rejects.toThrow(
    'the ledger holds the channel points, not coupons',
  )
  await expect(network.start({ organisations: ['bank', 'mall'] })).rejects.toThrow(
    'holds the organisations airline, bank, mall, not bank, mall',
  )
  await expect(network.start({ organisations: ['../bank'] })).rejects.toThrow('cannot be the id')
})

test('a port that is taken is an error, and the data stays usable', async () => {
  await network.start()
  const port = Number(network.ledger.address.split(':')[1])
  const second = new ProbeNetwork()
  await expect(second.start({ port })).rejects.toThrow('EADDRINUSE')
  await second.start()
  expect(second.ledger.height()).toBe(1n)
  await second.dispose()
})

test('a ledger whose certification authority was replaced is refused', async () => {
  await network.start()
  await network.stop()
  const other = new ProbeNetwork()
  await other.start()
  await other.stop()
  const path = join('organisations', 'bank', 'ca.crt')
  chmodSync(join(network.dataDir, path), 0o600)
  writeFileSync(join(network.dataDir, path), readFileSync(join(other.dataDir, path)))
  await other.dispose()
  await expect(network.start()).rejects.toThrow('another certification authority of bank')
})

test.each([
  [
    'its bytes',
    'UPDATE blocks SET bytes = (SELECT bytes FROM blocks WHERE number = 1) WHERE number = 2',
  ],
  ['the hash before it', "UPDATE blocks SET header_hash = x'00' WHERE number = 1"],
  ['its own hash', "UPDATE blocks SET header_hash = x'00' WHERE number = 2"],
])('a last block that does not fit by %s is refused', async (_what, damage) => {
  await network.start()
  const { contract } = network.connect('bank')
  await contract.submitTransaction('Put', 'a', '1')
  await contract.submitTransaction('Put', 'a', '2')
  await network.stop()
  const database = new DatabaseSync(join(network.dataDir, 'ledger.sqlite'))
  database.exec(damage)
  database.close()
  await expect(network.start()).rejects.toThrow('block 2 does not fit the hash chain')
})
