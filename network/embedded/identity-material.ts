import { KeyObject, X509Certificate } from 'node:crypto'
import type { webcrypto } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
// @peculiar/x509 reads what this polyfill keeps.
import 'reflect-metadata'

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly privateKey: string
}

/** What the network made for one organisation; the CA's own key is not kept. */
export interface OrganisationMaterial {
  readonly caCertificate: string
  readonly peer: KeyPair
  readonly client: KeyPair
  readonly admin: KeyPair
}

export interface IdentityMaterial {
  readonly organisations: ReadonlyMap<string, OrganisationMaterial>
  readonly tls: KeyPair & { readonly caCertificate: string }
}

const ROLES = ['peer', 'client', 'admin'] as const
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const VALIDITY_DAYS = 3650
const DAY_MS = 86_400_000
const CLOCK_SKEW_MS = 300_000

/**
 * Loads the certificates and keys under `dataDir`, making them on first start.
 * Throws when the organisations there are not the ones asked for.
 */
export async function openIdentityMaterial(
  dataDir: string,
  organisations: readonly string[],
): Promise<IdentityMaterial> {
  const root = join(dataDir, 'organisations')
  if (!existsSync(root)) await createMaterial(dataDir, organisations)
  const present = readdirSync(root).sort()
  const wanted = [...organisations].sort()
  if (present.join() !== wanted.join()) {
    throw new Error(
      `${root} holds the organisations ${present.join(', ')}, not ${wanted.join(', ')}`,
    )
  }
  return loadMaterial(dataDir, organisations)
}

function loadMaterial(dataDir: string, organisations: readonly string[]): IdentityMaterial {
  const read = (...path: string[]) => readFileSync(join(dataDir, ...path), 'utf8')
  const pair = (folder: string[], name: string): KeyPair => ({
    certificate: read(...folder, `${name}.crt`),
    privateKey: read(...folder, `${name}.key`),
  })
  const loaded = new Map<string, OrganisationMaterial>()
  for (const organisation of organisations) {
    const folder = ['organisations', organisation]
    loaded.set(organisation, {
      caCertificate: read(...folder, 'ca.crt'),
      peer: pair(folder, 'peer'),
      client: pair(folder, 'client'),
      admin: pair(folder, 'admin'),
    })
  }
  const tls = { ...pair(['tls'], 'server'), caCertificate: read('tls', 'ca.crt') }
  if (new Date(new X509Certificate(tls.certificate).validTo) < new Date()) {
    throw new Error(`the TLS certificate under ${dataDir} has expired; start with new data`)
  }
  return { organisations: loaded, tls }
}

/** Writes beside and renames, `organisations` last: half-made material is never found later. */
async function createMaterial(dataDir: string, organisations: readonly string[]): Promise<void> {
  const issue = await certificateIssuer()
  const staging = join(dataDir, 'material.new')
  rmSync(staging, { recursive: true, force: true })
  rmSync(join(dataDir, 'tls'), { recursive: true, force: true })
  for (const organisation of organisations) {
    const folder = join(staging, 'organisations', organisation)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const ca = await issue({ subject: `CN=ca.${organisation},O=${organisation}` })
    writePem(folder, 'ca.crt', ca.certificate)
    for (const role of ROLES) {
      const subject = `CN=${role}.${organisation},OU=${role},O=${organisation}`
      writePair(folder, role, await issue({ subject, issuer: ca }))
    }
  }
  const tls = join(staging, 'tls')
  mkdirSync(tls, { recursive: true, mode: 0o700 })
  const tlsCa = await issue({ subject: 'CN=tlsca.tallystick' })
  writePem(tls, 'ca.crt', tlsCa.certificate)
  writePair(tls, 'server', await issue({ subject: 'CN=localhost', issuer: tlsCa, server: true }))
  renameSync(tls, join(dataDir, 'tls'))
  renameSync(join(staging, 'organisations'), join(dataDir, 'organisations'))
  rmSync(staging, { recursive: true })
}

interface Issued extends KeyPair {
  readonly subject: string
  readonly signingKey: webcrypto.CryptoKey
}

interface CertificateRequest {
  readonly subject: string
  /** Absent for a self-signed certification authority. */
  readonly issuer?: Issued
  readonly server?: boolean
}

async function certificateIssuer(): Promise<(request: CertificateRequest) => Promise<Issued>> {
  const x509 = await import('@peculiar/x509')
  const { subtle } = globalThis.crypto
  return async ({ subject, issuer, server = false }) => {
    const keys = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
    const { digitalSignature, keyCertSign } = x509.KeyUsageFlags
    const serverExtensions = [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ]
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: issuer?.subject ?? subject,
      notBefore: new Date(Date.now() - CLOCK_SKEW_MS),
      notAfter: new Date(Date.now() + VALIDITY_DAYS * DAY_MS),
      publicKey: keys.publicKey,
      signingKey: issuer?.signingKey ?? keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(!issuer, undefined, true),
        new x509.KeyUsagesExtension(issuer ? digitalSignature : keyCertSign, true),
        ...(server ? serverExtensions : []),
      ],
    })
    const pem = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
    return {
      subject,
      signingKey: keys.privateKey,
      certificate: `${certificate.toString('pem')}\n`,
      privateKey: pem.toString(),
    }
  }
}

function writePair(folder: string, name: string, pair: KeyPair): void {
  writePem(folder, `${name}.crt`, pair.certificate)
  writePem(folder, `${name}.key`, pair.privateKey)
}

function writePem(folder: string, name: string, pem: string): void {
  writeFileSync(join(folder, name), pem, { mode: name.endsWith('.key') ? 0o600 : 0o644 })
}
