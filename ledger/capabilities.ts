/** What the rules need from outside, as narrow functions, so that they stay pure. */
export interface StateReader {
  /** The stored text of each key, in order; undefined where there is none. */
  readonly readMany: (keys: readonly string[]) => Promise<readonly (string | undefined)[]>
}

/** Functions of their arguments only; both layers and a browser can supply them. */
export interface Cryptography {
  /** SHA-256 of a text's UTF-8, as 64 lower-case hexadecimal digits. */
  readonly sha256: (text: string) => string
  /** Whether `signature` (IEEE P1363, base64) of `text` is by `publicKey` (SPKI DER, base64). */
  readonly verifyP256: (publicKey: string, text: string, signature: string) => boolean
}

/** Who calls and within which transaction, from Fabric, not from the request. */
export interface CallContext {
  readonly channel: string
  readonly transactionId: string
  readonly caller: { readonly organisation: string; readonly isAdmin: boolean }
}
