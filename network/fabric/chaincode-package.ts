import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Party } from '../consortium-file.ts'
import { materialOf } from './material.ts'
import type { Topology } from './topology.ts'
import { chaincodePort, serviceAddress } from './topology.ts'

/** What an organisation installs on its peers: not code, but where its chaincode server is. */
export interface ChaincodePackage {
  readonly path: string
  /** As the peer will name it: label and sha256 of the file. */
  readonly id: string
}

/** Writes an organisation's package, unless it is there. The file has its keys: it is private. */
export function packageChaincode(
  topology: Topology,
  party: Party,
  { sequence, version }: { readonly sequence: number; readonly version: string },
): ChaincodePackage {
  const label = `${topology.consortium.chaincode}_${version.slice(0, 12)}`
  const folder = join(topology.folder, 'packages')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${party.id}-${String(sequence)}-${version.slice(0, 12)}.tar.gz`)
  if (!existsSync(path)) {
    const code = gzipSync(tar('connection.json', connection(topology, party, sequence)))
    const metadata = Buffer.from(JSON.stringify({ path: '', type: 'ccaas', label }))
    const content = gzipSync(
      Buffer.concat([tarEntry('metadata.json', metadata), tar('code.tar.gz', code)]),
    )
    writeFileSync(`${path}.unfinished`, content, { mode: 0o600 })
    renameSync(`${path}.unfinished`, path)
  }
  return { path, id: `${label}:${createHash('sha256').update(readFileSync(path)).digest('hex')}` }
}

function connection(topology: Topology, party: Party, sequence: number): Buffer {
  const material = materialOf(topology, party)
  const client = material.tlsHost('chaincode-client')
  const port = chaincodePort(topology, party.id, sequence)
  return Buffer.from(
    JSON.stringify({
      address: `${serviceAddress(topology, party, 'chaincode')}:${String(port)}`,
      dial_timeout: '5s',
      tls_required: true,
      client_auth_required: true,
      client_key: readFileSync(client.key, 'utf8'),
      client_cert: readFileSync(client.certificate, 'utf8'),
      root_cert: readFileSync(material.tlsRoot, 'utf8'),
    }),
  )
}

const BLOCK = 512
/** Magic and version. */
const USTAR = ['ustar', '00'].join('\0')

function tar(name: string, content: Buffer): Buffer {
  return Buffer.concat([tarEntry(name, content), Buffer.alloc(2 * BLOCK)])
}

/** One file of a ustar archive, without owner or time so that equal content gives equal bytes. */
function tarEntry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0)
  header.write(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  header.write(`${octal(content.length, 11)}\0${octal(0, 11)}\0`, 124)
  header.write(`${' '.repeat(8)}0`, 148)
  header.write(USTAR, 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)}\0 `, 148)
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)
  return Buffer.concat([header, content, padding])
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0')
}
