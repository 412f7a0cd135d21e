import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../../consortium-file.ts'
import { findCaServer } from '../binaries.ts'
import { listening } from '../listening.ts'
import { readJson, writeJson } from '../network-files.ts'
import type { ProcessSpec } from '../process-spec.ts'
import { superviseAuthorities } from '../supervisor-client.ts'
import type { Topology } from '../topology.ts'
import { authorityPort } from '../topology.ts'

/** A party's two authorities, in one server: for identities, and for TLS. */
export type AuthorityName = 'ca' | 'tlsca'

/** Certificate of an authority, PEM; the server makes it at its first start. */
export function authorityCertificate(
  topology: Topology,
  party: Party,
  name: AuthorityName,
): string {
  return join(homeOf(topology, party), ...(name === 'ca' ? ['identities'] : []), 'ca-cert.pem')
}

/** Who may register others at a party's authorities, and by which secret. */
export interface Registrar {
  readonly name: string
  readonly secret: string
}

/** The registrar that the server was made with. */
export function registrarOf(topology: Topology, party: Party): Registrar {
  return readJson(registrarPath(topology, party)) as Registrar
}

/** Has a CA server running for every party, and waits until they listen. Throws NO_FABRIC. */
export async function startAuthorities(
  topology: Topology,
  report: (line: string) => void,
): Promise<void> {
  const command = await findCaServer(report)
  for (const party of topology.parties) writeConfiguration(topology, party)
  const specs = topology.parties.map((party): ProcessSpec => {
    const home = homeOf(topology, party)
    return {
      name: `${party.id}-ca`,
      kind: 'authority',
      command,
      args: ['start', '--home', home],
      env: { FABRIC_CA_SERVER_HOME: home, HOME: home },
    }
  })
  await superviseAuthorities(topology.folder, specs)
  await Promise.all(
    topology.parties.map(async ({ id }) => {
      await listening(`${id}-ca`, authorityPort(topology, id))
    }),
  )
}

function homeOf({ folder }: Topology, { id }: Party): string {
  return join(folder, 'authorities', id)
}

function registrarPath(topology: Topology, party: Party): string {
  return join(homeOf(topology, party), 'registrar.json')
}

function writeConfiguration(topology: Topology, party: Party): void {
  const home = homeOf(topology, party)
  if (existsSync(registrarPath(topology, party))) return
  const identities = join(home, 'identities')
  mkdirSync(identities, { recursive: true, mode: 0o700 })
  const registrar = { name: 'registrar', secret: randomBytes(24).toString('base64url') }
  const port = authorityPort(topology, party.id)
  writeAuthority(home, {
    ...authority(party, 'tlsca', registrar),
    address: '127.0.0.1',
    port,
    // The first authority of the file, the one for TLS, gives the server its own certificate.
    tls: { enabled: true },
    cafiles: ['identities/fabric-ca-server-config.yaml'],
    operations: { listenAddress: `127.0.0.1:${String(port + 1)}` },
    metrics: { provider: 'prometheus' },
  })
  writeAuthority(identities, authority(party, 'ca', registrar))
  writeJson(registrarPath(topology, party), registrar)
}

function writeAuthority(folder: string, content: object): void {
  const path = join(folder, 'fabric-ca-server-config.yaml')
  writeFileSync(path, stringify(content), { mode: 0o600 })
}

const TEN_YEARS = '87600h'
const YEAR = '8760h'

function authority({ name, domain }: Party, kind: AuthorityName, registrar: Registrar): object {
  return {
    ca: { name: kind },
    // A list that has ended is still obeyed by peers; it is made anew at every revocation.
    crl: { expiry: TEN_YEARS },
    registry: {
      maxenrollments: -1,
      identities: [
        {
          name: registrar.name,
          pass: registrar.secret,
          type: 'client',
          affiliation: '',
          attrs: {
            'hf.Registrar.Roles': '*',
            'hf.Registrar.DelegateRoles': '*',
            'hf.Registrar.Attributes': '*',
            'hf.Revoker': true,
            'hf.GenCRL': true,
          },
        },
      ],
    },
    db: { type: 'sqlite3', datasource: 'fabric-ca-server.db' },
    affiliations: {},
    signing: {
      default: { usage: ['digital signature'], expiry: YEAR },
      profiles: {
        tls: {
          usage: ['signing', 'key encipherment', 'server auth', 'client auth', 'key agreement'],
          expiry: YEAR,
        },
      },
    },
    csr: {
      cn: `${kind}.${domain}`,
      keyrequest: { algo: 'ecdsa', size: 256 },
      names: [{ O: name }],
      hosts: ['localhost', '127.0.0.1'],
      ca: { expiry: TEN_YEARS, pathlength: 0 },
    },
  }
}
