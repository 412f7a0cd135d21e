import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../../consortium-file.ts'
import { LOCAL_NAMES } from '../cryptogen.ts'
import type { NodeMaterial, PartyMaterial, TlsMaterial } from '../material.ts'
import { materialIn, ORDERERS, TLS_HOSTS } from '../material.ts'
import type { Topology } from '../topology.ts'
import { authorityPort, peersOf, serviceAddress } from '../topology.ts'
import type { Enrolment, IdentityType } from './authority-client.ts'
import { AuthorityClient } from './authority-client.ts'
import type { AuthorityName } from './authority-server.ts'
import { authorityCertificate, registrarOf } from './authority-server.ts'

/** One of a party's authorities, and its registrar enrolled there. */
export interface Registry {
  readonly client: AuthorityClient
  readonly registrar: Enrolment
}

/** Enrols the registrar of a party. Throws AUTHORITY_REFUSED. */
export async function openRegistry(
  topology: Topology,
  party: Party,
  authority: AuthorityName,
): Promise<Registry> {
  const port = authorityPort(topology, party.id)
  const tlsRoot = authorityCertificate(topology, party, 'tlsca')
  const client = new AuthorityClient(port, tlsRoot, authority)
  const { name, secret } = registrarOf(topology, party)
  return { client, registrar: await client.enrol(name, secret) }
}

/** Enrols all nodes and the first people of parties, into a folder. Throws AUTHORITY_REFUSED. */
export async function enrolParties(
  topology: Topology,
  parties: readonly Party[],
  folder: string,
): Promise<void> {
  await Promise.all(
    parties.map(async (party) => {
      const enroller = await Enroller.open(topology, party, materialIn(folder, party))
      await enroller.everything()
      mkdirSync(join(folder, ORDERERS, party.domain), { recursive: true })
    }),
  )
}

/** Enrols a user who was registered with this secret, also for TLS. Throws AUTHORITY_REFUSED. */
export async function enrolUser(
  topology: Topology,
  party: Party,
  name: string,
  secret: string,
): Promise<NodeMaterial> {
  const material = materialIn(join(topology.folder, 'crypto'), party)
  const enroller = await Enroller.open(topology, party, material)
  return await enroller.user(name, secret)
}

class Enroller {
  readonly #topology: Topology
  readonly #party: Party
  readonly #material: PartyMaterial
  readonly #identities: Registry
  readonly #tls: Registry

  private constructor(
    topology: Topology,
    party: Party,
    material: PartyMaterial,
    identities: Registry,
    tls: Registry,
  ) {
    this.#topology = topology
    this.#party = party
    this.#material = material
    this.#identities = identities
    this.#tls = tls
  }

  static async open(topology: Topology, party: Party, material: PartyMaterial): Promise<Enroller> {
    const identities = await openRegistry(topology, party, 'ca')
    const tls = await openRegistry(topology, party, 'tlsca')
    return new Enroller(topology, party, material, identities, tls)
  }

  async everything(): Promise<void> {
    const { orderers } = this.#topology
    const { id, domain } = this.#party
    const { mspFolder, tlsRoot } = this.#material
    this.#writeMsp(mspFolder)
    this.#copyRoot('tlsca', tlsRoot)
    await this.#register('Admin', 'admin')
    await this.#register('User1', 'client')
    const peers = peersOf(this.#topology, id)
    for (const node of [...peers, ...orderers.filter(({ owner }) => owner.id === id)]) {
      const { host, address, kind } = node
      const files = this.#material.node(node)
      const secret = newSecret()
      const { client, registrar } = this.#identities
      await client.register(registrar, host, kind, secret)
      this.#writeIdentity(files, await client.enrol(host, secret))
      await this.#enrolTls(host, kind, [host, ...LOCAL_NAMES, address], files.tls)
    }
    const address = serviceAddress(this.#topology, this.#party, 'chaincode')
    for (const service of peers.length > 0 ? TLS_HOSTS : []) {
      const host = `${service}.${domain}`
      const files = this.#material.tlsHost(service)
      await this.#enrolTls(host, 'client', [host, ...LOCAL_NAMES, address], files)
    }
  }

  async user(name: string, secret: string): Promise<NodeMaterial> {
    const identity = `${name}@${this.#party.domain}`
    const files = this.#material.user(name)
    this.#writeIdentity(files, await this.#identities.client.enrol(identity, secret))
    await this.#enrolTls(identity, 'client', [identity], files.tls)
    return files
  }

  async #register(name: string, type: IdentityType): Promise<void> {
    const secret = newSecret()
    const { client, registrar } = this.#identities
    await client.register(registrar, `${name}@${this.#party.domain}`, type, secret)
    await this.user(name, secret)
  }

  async #enrolTls(
    name: string,
    type: IdentityType,
    hosts: readonly string[],
    files: TlsMaterial,
  ): Promise<void> {
    const secret = newSecret()
    const { client, registrar } = this.#tls
    await client.register(registrar, name, type, secret)
    const { certificate, privateKey } = await client.enrol(name, secret, [...new Set(hosts)])
    writePem(files.certificate, certificate)
    writePem(files.key, privateKey)
  }

  #writeIdentity({ mspFolder, certificate: path }: NodeMaterial, enrolment: Enrolment): void {
    this.#writeMsp(mspFolder)
    writePem(path, enrolment.certificate)
    writePem(join(mspFolder, 'keystore', 'priv_sk'), enrolment.privateKey)
  }

  #writeMsp(folder: string): void {
    const { domain } = this.#party
    const authority = join('cacerts', `ca.${domain}-cert.pem`)
    this.#copyRoot('ca', join(folder, authority))
    this.#copyRoot('tlsca', join(folder, 'tlscacerts', `tlsca.${domain}-cert.pem`))
    const unit = (name: string): object => {
      return { Certificate: authority, OrganizationalUnitIdentifier: name }
    }
    const units = {
      ClientOUIdentifier: unit('client'),
      PeerOUIdentifier: unit('peer'),
      AdminOUIdentifier: unit('admin'),
      OrdererOUIdentifier: unit('orderer'),
    }
    const config = { NodeOUs: { Enable: true, ...units } }
    writeFileSync(join(folder, 'config.yaml'), stringify(config))
  }

  #copyRoot(authority: AuthorityName, to: string): void {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
    copyFileSync(authorityCertificate(this.#topology, this.#party, authority), to)
  }
}

function writePem(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, content, { mode: 0o600 })
}

function newSecret(): string {
  return randomBytes(18).toString('base64url')
}
