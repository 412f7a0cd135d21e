import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { blockHeaderHash } from '../../network/embedded/block.ts'
import { sha256, signLowS, verifyLowS } from '../../network/embedded/signing.ts'

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))
const publicKey = createPublicKey(key)

test('a signature is always in the low form and covers all parts in their order', () => {
  for (let index = 0; index < 200; index += 1) {
    const [a, b] = [Buffer.from(`first ${index}`), Buffer.from('second')]
    const signature = signLowS(key, a, b)
    expect(verifyLowS(publicKey, signature, a, b)).toBe(true)
    expect(verifyLowS(publicKey, signature, Buffer.concat([a, b]))).toBe(true)
    expect(verifyLowS(publicKey, signature, b, a)).toBe(false)
  }
})

test('the high form of a good signature is refused, as are bytes that are no signature', () => {
  const message = Buffer.from('message')
  for (let index = 0; index < 50; index += 1) {
    const raw = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' })
    const s = BigInt(`0x${raw.toString('hex', 32)}`)
    const isLow = s <= ORDER / 2n
    expect(verifyLowS(publicKey, sign('sha256', message, key).subarray(0, 60), message)).toBe(false)
    const der = derOf(raw.subarray(0, 32), s)
    const mirrored = derOf(raw.subarray(0, 32), ORDER - s)
    expect(verifyLowS(publicKey, der, message)).toBe(isLow)
    expect(verifyLowS(publicKey, mirrored, message)).toBe(!isLow)
  }
  for (const garbage of ['', '30', '3006020100020100', 'ff'.repeat(70), '30440220']) {
    expect(verifyLowS(publicKey, Buffer.from(garbage, 'hex'), message)).toBe(false)
  }
})

test('block numbers are DER integers, which are signed', () => {
  const empty = new Uint8Array()
  expect(blockHeaderHash(0, empty, empty)).toEqual(hashOf('020100'))
  expect(blockHeaderHash(127, empty, empty)).toEqual(hashOf('02017f'))
  expect(blockHeaderHash(128, empty, empty)).toEqual(hashOf('02020080'))
  expect(blockHeaderHash(256, empty, empty)).toEqual(hashOf('02020100'))
})

function derOf(r: Uint8Array, s: bigint): Buffer {
  const body = integer(Buffer.from(r).toString('hex')) + integer(s.toString(16).padStart(64, '0'))
  return Buffer.from(`30${(body.length / 2).toString(16)}${body}`, 'hex')
}

function integer(hex: string): string {
  const trimmed = hex.replace(/^(?:00)+/, '')
  const signed = Number.parseInt(trimmed.slice(0, 2), 16) >= 0x80 ? `00${trimmed}` : trimmed
  return `02${(signed.length / 2).toString(16).padStart(2, '0')}${signed}`
}

/** The hash of a header with this number and nothing else. */
function hashOf(number: string): Buffer {
  const length = (number.length / 2 + 4).toString(16).padStart(2, '0')
  return sha256(Buffer.from(`30${length}${number}04000400`, 'hex'))
}
