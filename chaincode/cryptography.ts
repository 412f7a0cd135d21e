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
  const data = Buffer.from(text, 'utf8')
  return verify(
    'sha256',
    data,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64'),
  )
}

/** The ledger's cryptography by Node's own. */
export const cryptography: Cryptography = {
  sha256: (text) => hash('sha256', text),
  verifyP256,
}
