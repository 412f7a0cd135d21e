import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { organisationConfig } from './channel-config.ts'
import { majorityOf } from './endorsement-policy.ts'
import { materialOf } from './material.ts'
import { NetworkFailure } from './network-failure.ts'
import { atSomeOrderer } from './orderer-admin.ts'
import { administratorVariables } from './peer-node.ts'
import { flags, runCommand } from './run-command.ts'
import type { OrdererNode, Topology } from './topology.ts'
import { peersOf } from './topology.ts'

type JsonObject = Record<string, unknown>

const ORDER_LIMIT_MS = 20_000
const POLL_MS = 200

/** A change of the part of the configuration that is about the organisations with peers. */
interface ConfigurationChange {
  /** Names the folder with the files of the change. */
  readonly name: string
  readonly isMade: (application: JsonObject, channel: JsonObject) => boolean
  readonly make: (
    application: JsonObject,
    describe: Describe,
    channel: JsonObject,
  ) => void | Promise<void>
  /** A party that may make the change alone; a majority of the members unless given. */
  readonly signer?: Party
}

/** The part of the configuration that makes a party a member. */
type Describe = (party: Party) => Promise<JsonObject>

/**
 * Changes the running channel's configuration, signed by a majority of those that are members
 * before the change, unless it is made. Returns how many blocks hold the change, or undefined when
 * it was made already. Throws COMMAND_FAILED.
 */
export async function changeConfiguration(
  topology: Topology,
  binaries: FabricBinaries,
  change: ConfigurationChange,
): Promise<number | undefined> {
  let isSubmitted = false
  let blocks = 0
  await atSomeOrderer(topology, async (orderer) => {
    const update = new ConfigurationUpdate(topology, binaries, change.name)
    const deadline = Date.now() + ORDER_LIMIT_MS
    let isOwn = false
    for (;;) {
      const found = await update.fetch(orderer)
      blocks = found.blocks
      const channel = objectAt(found.config, 'channel_group')
      if (change.isMade(found.application, channel)) return
      if (!isOwn) {
        const describe = async (party: Party): Promise<JsonObject> => await update.describe(party)
        await change.make(found.application, describe, channel)
        isSubmitted = true
        await update.submit(found, orderer, change.signer)
        isOwn = true
      } else if (Date.now() > deadline) {
        throw new NetworkFailure('COMMAND_FAILED', `${orderer.name}: ${change.name} is not ordered`)
      }
      await sleep(POLL_MS)
    }
  })
  return isSubmitted ? blocks : undefined
}

interface FetchedConfiguration {
  readonly config: JsonObject
  /** The part of it that is about the organisations with peers. */
  readonly application: JsonObject
  /** Ids of the organisations that may sign a change of it. */
  readonly members: readonly string[]
  /** How many blocks there are up to the one that holds it. */
  readonly blocks: number
}

/** The steps of a change of the channel's configuration, in files of one folder. */
class ConfigurationUpdate {
  readonly #topology: Topology
  readonly #binaries: FabricBinaries
  readonly #folder: string

  constructor(topology: Topology, binaries: FabricBinaries, name: string) {
    this.#topology = topology
    this.#binaries = binaries
    this.#folder = join(topology.folder, 'config', name)
    rmSync(this.#folder, { recursive: true, force: true })
    mkdirSync(this.#folder, { mode: 0o700 })
  }

  /** The configuration that an orderer has. Keeps the original beside it for `envelope`. */
  async fetch(orderer: OrdererNode): Promise<FetchedConfiguration> {
    const block = this.#file('block.pb')
    const [party] = this.#topology.consortium.organisations
    if (party === undefined) throw new Error('a network without members')
    await this.#peer(party, 'fetch', 'config', block, ...this.#at(orderer))
    const decoded = await this.#decode('common.Block', block)
    const data: unknown = objectAt(decoded, 'data')['data']
    const first: unknown = Array.isArray(data) ? data[0] : undefined
    const config = objectAt(first, 'payload', 'data', 'config')
    await this.#encode('common.Config', config, 'before.pb')
    const application = objectAt(config, 'channel_group', 'groups', 'Application')
    return {
      config,
      application,
      members: Object.keys(objectAt(application, 'groups')),
      blocks: Number(objectAt(decoded, 'header')['number']) + 1,
    }
  }

  /** The part of the configuration that makes an organisation a member. */
  async describe(party: Party): Promise<JsonObject> {
    const folder = join(this.#folder, 'organisation')
    mkdirSync(folder, { recursive: true })
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
      value: { anchor_peers: [{ host: anchor?.address, port: anchor?.port }] },
      version: '0',
    }
    return group
  }

  /**
   * Has a fetched configuration ordered that was changed since, signed by this party, else by a
   * majority of those that were members when it was fetched. Throws COMMAND_FAILED.
   */
  async submit(
    { config, members }: FetchedConfiguration,
    orderer: OrdererNode,
    signer?: Party,
  ): Promise<void> {
    const voters = this.#topology.consortium.organisations.filter(({ id }) => members.includes(id))
    const majority = voters.slice(0, majorityOf(voters.length))
    const [submitter, ...others] = signer === undefined ? majority : [signer]
    if (submitter === undefined) throw new Error('a channel without members')
    const envelope = await this.#envelope(config)
    for (const party of others) {
      await this.#peer(party, 'signconfigtx', ...flags({ file: envelope }))
    }
    // The submitter's signature is added by the command.
    await this.#peer(submitter, 'update', ...flags({ file: envelope }), ...this.#at(orderer))
  }

  /** Path of an unsigned envelope that takes the fetched configuration to this one. */
  async #envelope(config: JsonObject): Promise<string> {
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

  #file(name: string): string {
    return join(this.#folder, name)
  }

  #at(orderer: OrdererNode): string[] {
    return [
      '--tls',
      ...flags({
        channelID: this.#topology.consortium.channel,
        orderer: `${orderer.address}:${String(orderer.port)}`,
        cafile: materialOf(this.#topology, orderer.owner).tlsRoot,
      }),
    ]
  }

  /** A command that needs an orderer at most. */
  async #peer(party: Party, ...args: readonly string[]): Promise<void> {
    const env = { PATH: process.env['PATH'], ...administratorVariables(this.#topology, party) }
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
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let found = value
  for (const name of path) {
    found = typeof found === 'object' && found !== null ? (found as JsonObject)[name] : undefined
  }
  if (typeof found === 'object' && found !== null) return found as JsonObject
  throw new NetworkFailure('COMMAND_FAILED', `configtxlator: nothing at ${path.join('.')}`)
}
