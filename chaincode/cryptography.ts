import type { KeyObject } from 'node:crypto'
import { createPublicKey, hash, verify } from 'node:crypto'
import type { Cryptography } from '../ledger/index.ts'

const MAX_PARSED_KEYS = 50_000
const parsedKeys = new Map<string, KeyObject | undefined>()

/** Parsing a key costs as much as a verification, and depends on its bytes alone. */
function parseKey(publicKey: string): KeyObject | undefined {
  if (parsedKeys.has(publicKey)) return parsedKeys.get(publicKey)
  if (parsedKeys.size >= MAX_PARSED_KEYS) parsedKeys.clear()
  const parsed = tryParse(publicKey)
  parsedKeys.set(publicKey, parsed)
  return parsed
}

function tryParse(publicKey: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  } catch {
    // A point that is not on the curve: no signature fits it.
    return undefined
  }
}

interface Verified {
  readonly publicKey: string
  readonly text: string
  readonly holds: boolean
}

const MAX_VERIFIED = 10_000
const verified = new Map<string, Verified>()

/**
 * Whether a signature holds depends on its bytes alone, so a batch that is judged again, after a
 * conflict or for another simulated organisation, need not be verified again.
 */
function verifyP256(publicKey: string, text: string, signature: string): boolean {
  const known = verified.get(signature)
  if (known?.publicKey === publicKey && known.text === text) return known.holds
  const holds = verifySignature(publicKey, text, signature)
  if (verified.size >= MAX_VERIFIED) verified.clear()
  verified.set(signature, { publicKey, text, holds })
  return holds
}

function verifySignature(publicKey: string, text: string, signature: string): boolean {
  const key = parseKey(publicKey)
  if (key === undefined) return false
  const bytes = Buffer.from(signature, 'base64')
  if (bytes.length !== SIGNATURE_BYTES) return false
  return verify('sha256', Buffer.from(text, 'utf8'), key, derOf(bytes))
}

const INTEGER_BYTES = 32
const SIGNATURE_BYTES = 2 * INTEGER_BYTES
const MAX_DER_BYTES = 2 + 2 * (3 + INTEGER_BYTES)
const DER_SEQUENCE = 0x30
const DER_INTEGER = 0x02

/**
 * The signature as ASN.1 DER (RFC 3279, section 2.2.3) instead of r and s concatenated. Node takes
 * both, and makes the former out of the latter itself in a slower way.
 */
function derOf(signature: Buffer): Buffer {
  const der = Buffer.alloc(MAX_DER_BYTES)
  let end = writeInteger(der, 2, signature.subarray(0, INTEGER_BYTES))
  end = writeInteger(der, end, signature.subarray(INTEGER_BYTES))
  der[0] = DER_SEQUENCE
  der[1] = end - 2
  return der.subarray(0, end)
}

/** Without leading zeros, but for the one that keeps the highest bit from meaning a sign. */
function writeInteger(der: Buffer, at: number, bytes: Buffer): number {
  let first = 0
  while (first < INTEGER_BYTES - 1 && bytes[first] === 0) first += 1
  const padding = (bytes[first] ?? 0) >= 0x80 ? 1 : 0
  const length = INTEGER_BYTES - first + padding
  der[at] = DER_INTEGER
  der[at + 1] = length
  bytes.copy(der, at + 2 + padding, first)
  return at + 2 + length
}

/** The ledger's cryptography by Node's own. */
export const cryptography: Cryptography = {
  sha256: (text) => hash('sha256', text),
  verifyP256,
}
