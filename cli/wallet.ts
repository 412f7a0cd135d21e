import type { KeyObject } from 'node:crypto'
import { createECDH, createPrivateKey, createPublicKey, hash, hkdfSync, sign } from 'node:crypto'
import type { Command, Proof, SignedCommand } from '../ledger/index.ts'
import { keyIdOf, signingText } from '../ledger/index.ts'

/** A person's signing key. The private key never leaves the wallet's process. */
export interface Wallet {
  readonly actor: string
  readonly keyId: string
  /** SPKI DER in base64, as the ledger registers it. */
  readonly publicKey: string
  readonly privateKey: KeyObject
}

/** A wallet over an existing P-256 private key. */
export function openWallet(actor: string, privateKey: KeyObject): Wallet {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const publicKey = spki.toString('base64')
  const keyId = keyIdOf(publicKey, (text) => hash('sha256', text))
  return { actor, keyId, publicKey, privateKey }
}

/** Order of the P-256 group: a private key is a number from 1 to this less 1. */
const GROUP_ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/**
 * A wallet whose key is derived from a secret and the actor's id, for demonstrations: whoever knows
 * the secret holds every key.
 */
export function deriveWallet(secret: string, actor: string): Wallet {
  // 48 bytes, so that the remainder is as good as uniform.
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'tallystick demo key', actor, 48))
  const scalar = (BigInt(`0x${bytes.toString('hex')}`) % (GROUP_ORDER - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex')
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(d)
  const point = ecdh.getPublicKey()
  const x = point.toString('base64url', 1, 33)
  const y = point.toString('base64url', 33)
  const jwk = { kty: 'EC', crv: 'P-256', x, y, d: d.toString('base64url') }
  return openWallet(actor, createPrivateKey({ key: jwk, format: 'jwk' }))
}

/** The signature of a text by a wallet's key, in the form in which commands carry it. */
export function signText(text: string, { privateKey }: Pick<Wallet, 'privateKey'>): string {
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  return sign('sha256', Buffer.from(text, 'utf8'), key).toString('base64')
}

/** The proof of a command by one wallet. */
export function prove(command: Command<object>, wallet: Wallet): Proof {
  const { actor, keyId } = wallet
  return { kind: 'p256', actor, keyId, signature: signText(signingText(command), wallet) }
}

/** A command with a proof by each wallet; none for an organisation's own act. */
export function signCommand<Body extends object>(
  command: Command<Body>,
  ...wallets: readonly Wallet[]
): SignedCommand<Body> {
  return { command, proofs: wallets.map((wallet) => prove(command, wallet)) }
}
