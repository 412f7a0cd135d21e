import { Type } from 'typebox'

/** A P-256 public key as subject public key info (DER) in base64: a fixed head, then the point. */
export const PublicKeyText = Type.String({
  pattern: '^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$',
  description: 'a P-256 public key, SPKI DER in base64',
})

/** A key's id is a digest of the key, so it can be neither chosen nor taken. */
export function keyIdOf(publicKey: string, sha256: (text: string) => string): string {
  return sha256(publicKey).slice(0, 32)
}
