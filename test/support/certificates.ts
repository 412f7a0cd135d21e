import './quiet-shim.ts'
// @peculiar/x509 reads what this polyfill keeps.
import 'reflect-metadata'
import type { JsonName } from '@peculiar/x509'
import { X509CertificateGenerator } from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A self-signed certificate (PEM) of a subject given part by part: `[{ CN: ['x'] }, ...]`. */
export async function certificateOf(subject: JsonName): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: subject,
    keys,
    signingAlgorithm: ALGORITHM,
    serialNumber: '01',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
  })
  return certificate.toString('pem')
}
