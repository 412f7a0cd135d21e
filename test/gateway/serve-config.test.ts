import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profileIn, readGatewayConfig } from '../../gateway/serve-config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-config-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const IDENTITY = { certificate: 'client.pem', privateKey: 'client.key' }
const CONFIG = {
  organisation: 'bank',
  channel: 'consortium',
  chaincode: 'ledger',
  peer: { address: 'peer.bank.example:7051', tlsRootCertificate: '/etc/tallystick/tls.pem' },
  client: IDENTITY,
  projection: 'data/projection.sqlite',
  envelopes: 'data/envelopes.sqlite',
  listen: { host: '127.0.0.1', port: 7101 },
  tokens: [{ sha256: 'ab'.repeat(32), access: 'write' }],
  others: [{ organisation: 'mall', url: 'https://gateway.mall.example', token: 'a-token' }],
}

function written(value: unknown, mode = 0o600): string {
  const path = join(folder, 'gateway.json')
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value), { mode })
  return path
}

describe('the configuration of a gateway', () => {
  test('takes paths from its own folder', () => {
    const config = readGatewayConfig(written(CONFIG))
    expect(config.client.certificate).toBe(join(folder, 'client.pem'))
    expect(config.projection).toBe(join(folder, 'data/projection.sqlite'))
    expect(config.peer.tlsRootCertificate).toBe('/etc/tallystick/tls.pem')
    expect(config.admin).toBeUndefined()
  })

  test.each([
    ['listen.port', { ...CONFIG, listen: { host: '127.0.0.1', port: 70_000 } }],
    ['tokens.0.access', { ...CONFIG, tokens: [{ sha256: 'ab'.repeat(32), access: 'root' }] }],
    ['tokens.0.sha256', { ...CONFIG, tokens: [{ sha256: 'a token', access: 'read' }] }],
    ['others.0.url', { ...CONFIG, others: [{ ...CONFIG.others[0], url: 'mall.example' }] }],
    ['peer.address', { ...CONFIG, peer: { ...CONFIG.peer, address: 'localhost' } }],
    ['channel', { ...CONFIG, channel: undefined }],
    ['logLevel', { ...CONFIG, logLevel: 'loud' }],
    ['colour', { ...CONFIG, colour: 'red' }],
  ])('names the field that is wrong: %s', (field, value) => {
    expect(() => readGatewayConfig(written(value))).toThrow(field)
  })

  test('names every field that is wrong, each in its line', () => {
    const path = written({ ...CONFIG, channel: '', listen: { host: '127.0.0.1', port: 0 } })
    expect(() => readGatewayConfig(path)).toThrow(/channel.*\n.*listen\.port/)
  })

  test('is refused when others may read it, is no JSON, or is not there', () => {
    expect(() => readGatewayConfig(written(CONFIG, 0o640))).toThrow('chmod 600')
    rmSync(join(folder, 'gateway.json'))
    expect(() => readGatewayConfig(written('{'))).toThrow('gateway.json')
    expect(() => readGatewayConfig(join(folder, 'none.json'))).toThrow('ENOENT')
  })

  test('names the key or certificate that cannot be read', () => {
    const config = readGatewayConfig(
      written({ ...CONFIG, peer: { ...CONFIG.peer, tlsRootCertificate: 'tls.pem' } }),
    )
    const pem = '-----BEGIN CERTIFICATE-----\n'
    for (const name of ['tls.pem', 'client.pem']) writeFileSync(join(folder, name), pem)
    expect(() => profileIn(config)).toThrow('client.privateKey')
    writeFileSync(join(folder, 'client.key'), 'not a key')
    expect(() => profileIn(config)).toThrow('client.privateKey')
    writeFileSync(join(folder, 'client.key'), '-----BEGIN PRIVATE KEY-----\n')
    expect(profileIn(config)).toMatchObject({ organisation: 'bank', tlsRootCertificate: pem })
    const mall = { organisation: 'mall', address: 'peer.mall.example:7051' }
    const endorsers = [{ ...mall, tlsRootCertificate: 'mall.pem' }]
    const endorsed = readGatewayConfig(written({ ...CONFIG, peer: config.peer, endorsers }))
    expect(() => profileIn(endorsed)).toThrow('endorsers.0.tlsRootCertificate')
    writeFileSync(join(folder, 'mall.pem'), pem)
    expect(profileIn(endorsed).endorsers).toEqual([{ ...mall, tlsRootCertificate: pem }])
  })
})
