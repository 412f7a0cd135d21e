import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { organisationConfig } from './channel-config.ts'
import { materialOf } from './material.ts'
import { NetworkFailure } from './network-failure.ts'
import { adminEnvironment } from './peer-node.ts'
import { flags, runCommand } from './run-command.ts'
import type { OrdererNode, PeerNode, Topology } from './topology.ts'
import { peersOf } from './topology.ts'

type JsonObject = Record<string, unknown>

/**
 * Makes an organisation a member of the running channel: a change of its configuration, signed by
 * a majority of the members before it. Does nothing when it is one. The topology has the
 * organisation already, and its keys are made. Throws COMMAND_FAILED.
 */
export async function admitOrganisation(
  topology: Topology,
  binaries: FabricBinaries,
  newcomer: Party,
): Promise<void> {
  const members = topology.consortium.organisations.filter(({ id }) => id !== newcomer.id)
  const signers = members
    .flatMap(({ id }) => peersOf(topology, id)[0] ?? [])
    .slice(0, Math.floor(members.length / 2) + 1)
  const [submitter] = signers
  const [orderer] = topology.orderers
  if (submitter === undefined || orderer === undefined) throw new Error('a network without nodes')
  const folder = join(topology.folder, 'config', `add-${newcomer.id}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { mode: 0o700 })
  const update = new ConfigurationUpdate(topology, binaries, folder)
  const config = await update.fetch(submitter, orderer)
  const groups = objectAt(config, 'channel_group', 'groups', 'Application', 'groups')
  if (newcomer.id in groups) return
  groups[newcomer.id] = await update.describe(newcomer)
  const envelope = await update.envelope(config)
  for (const signer of signers.slice(1)) await update.sign(signer, envelope)
  await update.submit(submitter, orderer, envelope)
}

/** The steps of a change of the channel's configuration, in files of one folder. */
class ConfigurationUpdate {
  readonly #topology: Topology
  readonly #binaries: FabricBinaries
  readonly #folder: string

  constructor(topology: Topology, binaries: FabricBinaries, folder: string) {
    this.#topology = topology
    this.#binaries = binaries
    this.#folder = folder
  }

  /** The channel's configuration as JSON. Keeps the original beside it for `envelope`. */
  async fetch(peer: PeerNode, orderer: OrdererNode): Promise<JsonObject> {
    const block = this.#file('block.pb')
    await this.#peer(peer, 'fetch', 'config', block, ...this.#at(orderer))
    const decoded = await this.#decode('common.Block', block)
    const data: unknown = objectAt(decoded, 'data')['data']
    const first: unknown = Array.isArray(data) ? data[0] : undefined
    const config = objectAt(first, 'payload', 'data', 'config')
    await this.#encode('common.Config', config, 'before.pb')
    return config
  }

  /** The part of the configuration that makes an organisation a member. */
  async describe(party: Party): Promise<JsonObject> {
    const folder = join(this.#folder, 'organisation')
    mkdirSync(folder)
    const content = stringify({ Organizations: [organisationConfig(this.#topology, party)] })
    writeFileSync(join(folder, 'configtx.yaml'), content)
    const text = await runCommand(
      this.#binaries.path('configtxgen'),
      flags({ printOrg: party.id, configPath: folder }),
    )
    const group = objectAt(JSON.parse(text))
    const [anchor] = peersOf(this.#topology, party.id)
    objectAt(group, 'values')['AnchorPeers'] = {
      mod_policy: 'Admins',
      value: { anchor_peers: [{ host: 'localhost', port: anchor?.port }] },
      version: '0',
    }
    return group
  }

  /** Path of an unsigned envelope that takes the fetched configuration to this one. */
  async envelope(config: JsonObject): Promise<string> {
    const { channel } = this.#topology.consortium
    const after = await this.#encode('common.Config', config, 'after.pb')
    const output = this.#file('update.pb')
    const files = { original: this.#file('before.pb'), updated: after, output }
    await this.#translate('compute_update', { channel_id: channel, ...files })
    const configUpdate = await this.#decode('common.ConfigUpdate', output)
    const header = { channel_header: { channel_id: channel, type: 2 } }
    const payload = { header, data: { config_update: configUpdate } }
    return await this.#encode('common.Envelope', { payload }, 'envelope.pb')
  }

  async sign(peer: PeerNode, envelope: string): Promise<void> {
    await this.#peer(peer, 'signconfigtx', ...flags({ file: envelope }))
  }

  /** Adds the signature of the peer's organisation and has the change ordered. */
  async submit(peer: PeerNode, orderer: OrdererNode, envelope: string): Promise<void> {
    await this.#peer(peer, 'update', ...flags({ file: envelope }), ...this.#at(orderer))
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }

  #at(orderer: OrdererNode): string[] {
    return [
      '--tls',
      ...flags({
        channelID: this.#topology.consortium.channel,
        orderer: `localhost:${String(orderer.port)}`,
        cafile: materialOf(this.#topology, orderer.owner).tlsRoot,
      }),
    ]
  }

  async #peer(node: PeerNode, ...args: readonly string[]): Promise<void> {
    const env = adminEnvironment(this.#topology, node)
    await runCommand(this.#binaries.path('peer'), ['channel', ...args], { env })
  }

  async #translate(verb: string, options: Readonly<Record<string, string>>): Promise<void> {
    await runCommand(this.#binaries.path('configtxlator'), [verb, ...flags(options)])
  }

  async #decode(type: string, input: string): Promise<JsonObject> {
    const output = `${input}.json`
    await this.#translate('proto_decode', { type, input, output })
    return objectAt(JSON.parse(readFileSync(output, 'utf8')))
  }

  async #encode(type: string, value: unknown, name: string): Promise<string> {
    const input = this.#file(`${name}.json`)
    const output = this.#file(name)
    writeFileSync(input, JSON.stringify(value))
    await this.#translate('proto_encode', { type, input, output })
    return output
  }
}

/** The object at a place of Fabric's JSON; it is no network's fault when there is none. */
function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let found = value
  for (const name of path) {
    found = typeof found === 'object' && found !== null ? (found as JsonObject)[name] : undefined
  }
  if (typeof found === 'object' && found !== null) return found as JsonObject
  throw new NetworkFailure('COMMAND_FAILED', `configtxlator: nothing at ${path.join('.')}`)
}
