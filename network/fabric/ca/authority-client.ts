import { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { request } from 'node:https'
// @peculiar/x509 reads what this polyfill keeps.
import 'reflect-metadata'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { nativeSigner } from '../../../gateway/fabric/native-signer.ts'
import { NetworkFailure } from '../network-failure.ts'
import type { AuthorityName } from './authority-server.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const CALL_LIMIT_MS = 15_000

/** A certificate and its key, PEM. */
export interface Enrolment {
  readonly certificate: string
  readonly privateKey: string
}

/** What a certificate is for: the organisational unit that Fabric knows its owner by. */
export type IdentityType = 'client' | 'admin' | 'peer' | 'orderer'

const AnswerShape = Type.Object({
  result: Type.Unknown(),
  errors: Type.Array(Type.Object({ code: Type.Integer(), message: Type.String() })),
})
const Enrolled = Type.Object({ Cert: Type.String() })
const List = Type.Object({ CRL: Type.String() })
/** Of an identity that is registered already. */
const ALREADY_REGISTERED = 74

interface Call {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly body: object
  readonly authorization: (body: string) => Promise<string> | string
}

/**
 * Speaks with one authority of a Fabric CA server on this machine.
 * Every function throws AUTHORITY_REFUSED when it refuses or does not answer.
 */
export class AuthorityClient {
  readonly #port: number
  readonly #tlsRoot: string
  readonly #authority: AuthorityName

  constructor(port: number, tlsRoot: string, authority: AuthorityName) {
    this.#port = port
    this.#tlsRoot = readFileSync(tlsRoot, 'utf8')
    this.#authority = authority
  }

  /** Makes a key here and has it certified; with hosts, for TLS. */
  async enrol(name: string, secret: string, hosts?: readonly string[]): Promise<Enrolment> {
    const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509')
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
    const csr = await Pkcs10CertificateRequestGenerator.create({
      name: [{ CN: [name] }],
      keys,
      signingAlgorithm: ALGORITHM,
    })
    const basic = Buffer.from(`${name}:${secret}`).toString('base64')
    const answer = await this.#call({
      method: 'POST',
      path: '/api/v1/enroll',
      body: {
        certificate_request: csr.toString('pem'),
        ...(hosts && { profile: 'tls', hosts }),
      },
      authorization: () => `Basic ${basic}`,
    })
    const { Cert } = Value.Parse(Enrolled, answer)
    return {
      certificate: Buffer.from(Cert, 'base64').toString('utf8'),
      privateKey: KeyObject.from(keys.privateKey)
        .export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    }
  }

  /** Lets somebody enrol with a secret; one that was registered before gets the new secret. */
  async register(
    registrar: Enrolment,
    name: string,
    type: IdentityType,
    secret: string,
  ): Promise<void> {
    const authorization = tokenOf(registrar)
    const body = { id: name, type, secret, affiliation: '', max_enrollments: -1 }
    try {
      const path = '/api/v1/register'
      await this.#call({ method: 'POST', path, body, authorization: authorization('POST', path) })
    } catch (error) {
      if (!(error instanceof AuthorityRefusal && error.refusal === ALREADY_REGISTERED)) throw error
      const path = `/api/v1/identities/${encodeURIComponent(name)}?ca=${this.#authority}`
      const change = { type, affiliation: '', max_enrollments: -1, secret }
      const call = { method: 'PUT', path, body: change } as const
      await this.#call({ ...call, authorization: authorization('PUT', path) })
    }
  }

  /** Revokes all certificates of somebody, who can enrol no more. */
  async revoke(registrar: Enrolment, name: string, reason: string): Promise<void> {
    const path = '/api/v1/revoke'
    const authorization = tokenOf(registrar)('POST', path)
    await this.#call({ method: 'POST', path, body: { id: name, reason }, authorization })
  }

  /** The list of what was revoked, PEM. */
  async revocationList(registrar: Enrolment): Promise<string> {
    const path = '/api/v1/gencrl'
    const authorization = tokenOf(registrar)('POST', path)
    const answer = await this.#call({ method: 'POST', path, body: {}, authorization })
    return Buffer.from(Value.Parse(List, answer).CRL, 'base64').toString('utf8')
  }

  async #call({ method, path, body, authorization }: Call): Promise<unknown> {
    const text = JSON.stringify({ ...body, caname: this.#authority })
    const received = await this.#send(
      { method, path, headers: { authorization: await authorization(text) } },
      text,
    )
    const answer: unknown = JSON.parse(received)
    if (!Value.Check(AnswerShape, answer)) throw new AuthorityRefusal(0, received)
    const [refusal] = answer.errors
    if (refusal !== undefined) throw new AuthorityRefusal(refusal.code, refusal.message)
    return answer.result
  }

  async #send(options: RequestOptions, body: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      const fail = (error: Error): void => reject(new AuthorityRefusal(0, error.message))
      const sent = request({
        ...options,
        host: 'localhost',
        port: this.#port,
        ca: this.#tlsRoot,
        agent: false,
        timeout: CALL_LIMIT_MS,
      })
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () => resolve(text))
        response.on('error', fail)
      })
      sent.on('timeout', () => sent.destroy(new Error('it does not answer')))
      sent.on('error', fail)
      sent.end(body)
    })
  }
}

class AuthorityRefusal extends NetworkFailure {
  /** Fabric CA's number for the reason; 0 when there was no answer. */
  readonly refusal: number

  constructor(refusal: number, message: string) {
    super('AUTHORITY_REFUSED', `The authority refused: ${message}`)
    this.refusal = refusal
  }
}

/** What shows a call to be the registrar's: a signature over all of it, with the certificate. */
function tokenOf({
  certificate,
  privateKey,
}: Enrolment): (method: string, path: string) => (body: string) => Promise<string> {
  const sign = nativeSigner(privateKey)
  const encoded = base64(certificate)
  return (method, path) => async (body) => {
    const payload = [method, base64(path), base64(body), encoded].join('.')
    const signature = await sign(Buffer.from(payload))
    return `${encoded}.${Buffer.from(signature).toString('base64')}`
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
