import { X509Certificate } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { msp } from '@hyperledger/fabric-protos'
import { verifyLowS } from './signing.ts'

export type Role = 'client' | 'admin' | 'peer'

/** Someone whose certificate was issued by the CA of a member organisation. */
export interface Identity {
  readonly mspId: string
  readonly role: Role
  readonly publicKey: KeyObject
  readonly validFromMs: number
  readonly validToMs: number
}

const ROLES: readonly string[] = ['client', 'admin', 'peer'] satisfies readonly Role[]
const CACHED_IDENTITIES_MAX = 1000

/** The channel's MSPs: which certificates belong to a member organisation, and in which role. */
export class Membership {
  readonly #authorities: ReadonlyMap<string, X509Certificate>
  readonly #identities = new Map<string, Identity>()
  readonly #nowMs: () => number

  /**
   * `caCertificates` maps an MSP id to the PEM of its certification authority; certificates have to
   * be good at the time that `nowMs` tells.
   */
  constructor(caCertificates: ReadonlyMap<string, string>, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
    this.#authorities = new Map(
      [...caCertificates].map(([mspId, pem]) => [mspId, new X509Certificate(pem)]),
    )
  }

  get mspIds(): readonly string[] {
    return [...this.#authorities.keys()]
  }

  /** The smallest number of organisations that is more than half of them. */
  get majority(): number {
    return Math.floor(this.#authorities.size / 2) + 1
  }

  /** The identity behind a serialised one, or undefined when no member's CA vouches for it then. */
  identify(serializedIdentity: Uint8Array): Identity | undefined {
    const cacheKey = Buffer.from(serializedIdentity).toString('latin1')
    const identity = this.#identities.get(cacheKey) ?? this.#parse(serializedIdentity)
    if (!identity) return undefined
    if (this.#identities.size >= CACHED_IDENTITIES_MAX) this.#identities.clear()
    this.#identities.set(cacheKey, identity)
    const nowMs = this.#nowMs()
    return nowMs >= identity.validFromMs && nowMs <= identity.validToMs ? identity : undefined
  }

  /** The identity, when it is a member's and the signature over the parts is its own. */
  authenticate(
    serializedIdentity: Uint8Array,
    signature: Uint8Array,
    ...parts: readonly Uint8Array[]
  ): Identity | undefined {
    const identity = this.identify(serializedIdentity)
    return identity && verifyLowS(identity.publicKey, signature, ...parts) ? identity : undefined
  }

  #parse(serializedIdentity: Uint8Array): Identity | undefined {
    try {
      const serialized = msp.SerializedIdentity.deserializeBinary(serializedIdentity)
      const authority = this.#authorities.get(serialized.getMspid())
      const certificate = new X509Certificate(serialized.getIdBytes_asU8())
      const role = roleOf(certificate)
      if (!authority || !role || certificate.ca) return undefined
      if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
        return undefined
      }
      return {
        mspId: serialized.getMspid(),
        role,
        publicKey: certificate.publicKey,
        validFromMs: Date.parse(certificate.validFrom),
        validToMs: Date.parse(certificate.validTo),
      }
    } catch {
      return undefined
    }
  }
}

/** The organisation that a serialised identity says it is of, true or not. */
export function claimedMspId(serializedIdentity: Uint8Array): string | undefined {
  try {
    return msp.SerializedIdentity.deserializeBinary(serializedIdentity).getMspid()
  } catch {
    return undefined
  }
}

/** The organisational unit that tells the role; exactly one must, as with Fabric's NodeOUs. */
function roleOf(certificate: X509Certificate): Role | undefined {
  const units: unknown = certificate.toLegacyObject().subject.OU
  const roles = [units].flat().filter((unit): unit is Role => ROLES.includes(String(unit)))
  return roles.length === 1 ? roles[0] : undefined
}
