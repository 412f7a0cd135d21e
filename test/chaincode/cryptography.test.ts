import { hash, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { cryptography } from '../../chaincode/cryptography.ts'
import type { Wallet } from '../../cli/wallet.ts'
import { deriveWallet } from '../../cli/wallet.ts'

function signatureOf(text: string, { privateKey }: Wallet): string {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  return sign('sha256', Buffer.from(text), key).toString('base64')
}

const ann = deriveWallet('cryptography', 'mall:m-ann')
const bob = deriveWallet('cryptography', 'bank:m-bob')
const OFF_CURVE = `MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE${'A'.repeat(86)}==`

test('the hash of a text is that of its UTF-8', () => {
  expect(cryptography.sha256('')).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  const text = 'ä 积分 \u{1f4b0}'
  expect(cryptography.sha256(text)).toBe(hash('sha256', Buffer.from(text, 'utf8')))
})

test('a signature fits its text and its key only, as often as one asks', () => {
  const [byAnn, byBob] = [signatureOf('text', ann), signatureOf('text', bob)]
  for (let round = 0; round < 3; round += 1) {
    expect(cryptography.verifyP256(ann.publicKey, 'text', byAnn)).toBe(true)
    expect(cryptography.verifyP256(bob.publicKey, 'text', byBob)).toBe(true)
    expect(cryptography.verifyP256(ann.publicKey, 'text', byBob)).toBe(false)
    expect(cryptography.verifyP256(bob.publicKey, 'text', byAnn)).toBe(false)
    expect(cryptography.verifyP256(ann.publicKey, 'texT', byAnn)).toBe(false)
  }
})

test('r and s are taken with leading zeros and with high bits', () => {
  const seen = new Set<string>()
  for (let count = 0; count < 10_000 && seen.size < 4; count += 1) {
    const text = `text ${count}`
    const signature = signatureOf(text, ann)
    const bytes = Buffer.from(signature, 'base64')
    for (const [name, first] of Object.entries({ r: bytes[0] ?? 0, s: bytes[32] ?? 0 })) {
      if (first === 0) seen.add(`${name} short`)
      else if (first >= 0x80) seen.add(`${name} high`)
    }
    expect(cryptography.verifyP256(ann.publicKey, text, signature)).toBe(true)
  }
  expect(seen.size).toBe(4)
})

test.each([
  ['a key off the curve', OFF_CURVE],
  ['no key', ''],
  ['half a key', ann.publicKey.slice(0, 60)],
])('%s fits nothing, the first time and later', (_name, publicKey) => {
  for (let round = 0; round < 2; round += 1) {
    expect(cryptography.verifyP256(publicKey, 'text', signatureOf('text', ann))).toBe(false)
  }
})

test.each([
  '',
  'AAAA',
  'not base64 at all',
  Buffer.alloc(64).toString('base64'),
  Buffer.alloc(63, 1).toString('base64'),
  Buffer.alloc(65, 1).toString('base64'),
  Buffer.alloc(64, 255).toString('base64'),
])('no signature is %j', (signature) => {
  expect(cryptography.verifyP256(ann.publicKey, 'text', signature)).toBe(false)
})

test('keys are parsed rightly again after more of them than are remembered', () => {
  const byAnn = signatureOf('text', ann)
  for (let at = 0; at < 50_100; at += 1) cryptography.verifyP256(`key ${at}`, 'text', byAnn)
  expect(cryptography.verifyP256(ann.publicKey, 'text', byAnn)).toBe(true)
  expect(cryptography.verifyP256(bob.publicKey, 'text', byAnn)).toBe(false)
})
