import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ConnectionProfile, FabricIdentity } from './fabric/connection-profile.ts'

const closed = { additionalProperties: false } as const

const MspId = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,60}$' })
const Name = Type.String({ minLength: 1, maxLength: 100 })
const Path = Type.String({ minLength: 1 })
const Address = Type.String({ pattern: '^[^\\s:]+:[0-9]{1,5}$' })

const IdentityFiles = Type.Object({ certificate: Path, privateKey: Path }, closed)

/** What a gateway's configuration file holds. Paths are taken from the file's own folder. */
export const GatewayConfigShape = Type.Object(
  {
    /** MSP id. */
    organisation: MspId,
    channel: Name,
    chaincode: Name,
    /** Its host must stand in the peer's TLS certificate. */
    peer: Type.Object({ address: Address, tlsRootCertificate: Path }, closed),
    client: IdentityFiles,
    admin: Type.Optional(IdentityFiles),
    /** Can be deleted while the gateway is down, and is then made again from the chain. */
    projection: Path,
    /** Must not be deleted while a transaction is on its way. */
    envelopes: Path,
    listen: Type.Object(
      { host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 1, maximum: 65_535 }) },
      closed,
    ),
    /** Lower-case hex SHA-256 of every token that the gateway takes, and what it opens. */
    tokens: Type.Array(
      Type.Object(
        {
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          access: Type.Enum(['read', 'write', 'gateway', 'admin']),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    /** Peers of other organisations that are asked to endorse. */
    endorsers: Type.Optional(
      Type.Array(
        Type.Object({ organisation: MspId, address: Address, tlsRootCertificate: Path }, closed),
      ),
    ),
    /** The other gateways, with the tokens that they gave to this one. */
    others: Type.Array(
      Type.Object(
        {
          organisation: MspId,
          url: Type.String({ pattern: '^https?://[^\\s/]+$' }),
          token: Type.String({ minLength: 1 }),
        },
        closed,
      ),
    ),
    logLevel: Type.Optional(Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])),
  },
  closed,
)

/** How one gateway is run. */
export type GatewayConfig = Type.Static<typeof GatewayConfigShape>

/** The file cannot be used; the message has one line for each problem, with its field. */
export class GatewayConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'GatewayConfigError'
  }
}

/** Reads a configuration; every path in the result is absolute. Throws GatewayConfigError. */
export function readGatewayConfig(path: string): GatewayConfig {
  const config = checked(path, parsed(path))
  const at = (relative: string): string => resolve(dirname(path), relative)
  const identity = (files: GatewayConfig['client']): GatewayConfig['client'] => ({
    certificate: at(files.certificate),
    privateKey: at(files.privateKey),
  })
  return {
    ...config,
    peer: { ...config.peer, tlsRootCertificate: at(config.peer.tlsRootCertificate) },
    client: identity(config.client),
    ...(config.admin && { admin: identity(config.admin) }),
    ...(config.endorsers && {
      endorsers: config.endorsers.map((endorser) => {
        return { ...endorser, tlsRootCertificate: at(endorser.tlsRootCertificate) }
      }),
    }),
    projection: at(config.projection),
    envelopes: at(config.envelopes),
  }
}

function parsed(path: string): unknown {
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new GatewayConfigError([`${path}: it holds tokens and others may read it: chmod 600`])
    }
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof GatewayConfigError) throw error
    throw new GatewayConfigError([`${path}: ${messageOf(error)}`])
  }
}

function checked(path: string, value: unknown): GatewayConfig {
  if (Value.Check(GatewayConfigShape, value)) return value
  const problems = [...Value.Errors(GatewayConfigShape, value)].flatMap((error) => {
    const field = error.instancePath.slice(1).replaceAll('/', '.')
    if (error.keyword === 'boolean') return [`${path}: ${field}: is not known here`]
    // Its parts are reported one by one.
    if (error.keyword === 'additionalProperties') return []
    return [`${path}: ${field === '' ? '' : `${field}: `}${error.message}`]
  })
  throw new GatewayConfigError(problems)
}

/** The connection profile, with the certificates and keys read. Throws GatewayConfigError. */
export function profileIn(config: GatewayConfig): ConnectionProfile {
  const { organisation, channel, chaincode, peer, client, admin, endorsers } = config
  const identity = (name: string, files: GatewayConfig['client']): FabricIdentity => ({
    certificate: pem(`${name}.certificate`, files.certificate),
    privateKey: pem(`${name}.privateKey`, files.privateKey),
  })
  return {
    organisation,
    channel,
    chaincode,
    peerAddress: peer.address,
    tlsRootCertificate: pem('peer.tlsRootCertificate', peer.tlsRootCertificate),
    client: identity('client', client),
    ...(admin && { admin: identity('admin', admin) }),
    ...(endorsers && {
      endorsers: endorsers.map((endorser, index) => {
        const field = `endorsers.${String(index)}.tlsRootCertificate`
        return { ...endorser, tlsRootCertificate: pem(field, endorser.tlsRootCertificate) }
      }),
    }),
  }
}

function pem(field: string, path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.includes('-----BEGIN ')) return text
  } catch (error) {
    throw new GatewayConfigError([`${field}: ${messageOf(error)}`])
  }
  throw new GatewayConfigError([`${field}: ${path} is no PEM file`])
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
