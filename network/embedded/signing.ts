import { createHash, createSign, createVerify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const P256_HALF_ORDER = P256_ORDER / 2n
const SCALAR_BYTES = 32
const DER_SEQUENCE = 0x30
const DER_INTEGER = 0x02

/** SHA-256 over the concatenation of the parts. */
export function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** ECDSA P-256 with SHA-256 over the concatenation of the parts; DER, low S as Fabric demands. */
export function signLowS(privateKey: KeyObject, ...parts: readonly Uint8Array[]): Buffer {
  const signer = createSign('sha256')
  for (const part of parts) signer.update(part)
  const raw = signer.sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })
  const s = BigInt(`0x${raw.toString('hex', SCALAR_BYTES)}`)
  if (s > P256_HALF_ORDER) {
    raw.write((P256_ORDER - s).toString(16).padStart(SCALAR_BYTES * 2, '0'), SCALAR_BYTES, 'hex')
  }
  const body = Buffer.concat([
    derInteger(raw.subarray(0, SCALAR_BYTES)),
    derInteger(raw.subarray(SCALAR_BYTES)),
  ])
  return Buffer.concat([Buffer.of(DER_SEQUENCE, body.length), body])
}

/** True for a good DER signature in the low-S form; a high S is refused, as Fabric's MSP does. */
export function verifyLowS(
  publicKey: KeyObject,
  signature: Uint8Array,
  ...parts: readonly Uint8Array[]
): boolean {
  if (!hasLowS(signature)) return false
  const verifier = createVerify('sha256')
  for (const part of parts) verifier.update(part)
  try {
    return verifier.verify({ key: publicKey, dsaEncoding: 'der' }, signature)
  } catch {
    return false
  }
}

function hasLowS(signature: Uint8Array): boolean {
  const der = Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength)
  if (der.length < 8 || der[0] !== DER_SEQUENCE || der[2] !== DER_INTEGER) return false
  const sAt = 4 + (der[3] ?? 0)
  const sLength = der[sAt + 1]
  if (der[sAt] !== DER_INTEGER || sLength === undefined || sAt + 2 + sLength !== der.length) {
    return false
  }
  const hex = der.toString('hex', sAt + 2)
  return hex !== '' && BigInt(`0x${hex}`) <= P256_HALF_ORDER
}

function derInteger(bytes: Buffer): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1
  const trimmed = bytes.subarray(start)
  const pad = (trimmed[0] ?? 0) >= 0x80 ? [0] : []
  return Buffer.concat([Buffer.of(DER_INTEGER, trimmed.length + pad.length, ...pad), trimmed])
}
