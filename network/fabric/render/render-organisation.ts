import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../../consortium-file.ts'
import type { FabricBinaries } from '../binaries.ts'
import { channelConfig, organisationConfig } from '../channel-config.ts'
import { endorsementPolicy } from '../endorsement-policy.ts'
import { makeMaterial } from '../make-material.ts'
import { NetworkFailure } from '../network-failure.ts'
import { BUILDER_FOLDER, writeNodeConfig } from '../node-config.ts'
import { administratorVariables } from '../peer-node.ts'
import { peersOf, topologyOf } from '../topology.ts'
import { environmentFile } from './environment-file.ts'
import { writeGatewayFiles } from './gateway-files.ts'
import type { HostSettings, OwnHost } from './own-host.ts'
import { ownHost, ownNodes, readHostSettings, writeHostSettings } from './own-host.ts'
import type { KeySource } from './runbook.ts'
import { runbook } from './runbook.ts'
import { scriptText } from './script.ts'
import { stepScripts } from './step-scripts.ts'
import { systemdUnits } from './systemd-units.ts'

export interface RenderOptions {
  readonly settings: HostSettings
  readonly out: string
  readonly keys: KeySource
  readonly findBinaries: () => Promise<FabricBinaries>
}

/**
 * Writes what one party needs to run its own nodes on its own hosts. Rendering again into the same
 * folder follows a changed consortium; keys, tokens and what the steps wrote stay.
 * Throws UNFIT_ORGANISATION, OTHER_NETWORK when the folder is another party's, NO_FABRIC.
 */
export async function renderOrganisation(options: RenderOptions): Promise<OwnHost> {
  const { settings, keys, findBinaries } = options
  const out = resolve(options.out)
  const host = ownHost(settings)
  const { topology, party, member } = host
  refuseOtherFolder(out, party)
  const folder = (...path: readonly string[]): string => join(out, ...path)
  for (const name of ['config', 'env', 'steps', 'systemd', 'data']) {
    mkdirSync(folder(name), { recursive: true, mode: 0o700 })
  }
  writeHostSettings(out, { ...settings, organisation: party.id })
  writeNodeConfig(folder('config'), join(topology.folder, 'builder'))
  cpSync(BUILDER_FOLDER, folder('builder'), { recursive: true })
  writeText(folder('config', 'configtx.yaml'), yaml(channelConfig(topology)))
  const definition = { Organizations: [organisationConfig(topology, party)] }
  writeText(folder('config', 'organisation', 'configtx.yaml'), yaml(definition))
  const members = topology.consortium.organisations.map(({ id }) => id)
  writeText(folder('config', 'endorsement.json'), JSON.stringify(endorsementPolicy(members)))
  const [peer] = peersOf(topology, party.id)
  const address = peer && { CORE_PEER_ADDRESS: `${peer.address}:${String(peer.port)}` }
  const admin = { ...administratorVariables(topology, party), ...address }
  writeText(folder('env', 'admin.env'), environmentFile(admin))
  for (const { name, env } of ownNodes(host)) {
    writeText(folder('env', `${name}.env`), environmentFile(env))
    mkdirSync(folder('data', name), { recursive: true })
  }
  for (const { name, text } of systemdUnits(host)) writeText(folder('systemd', name), text)
  for (const script of stepScripts(host)) {
    const path = folder('steps', `${script.name}.sh`)
    writeText(path, scriptText(host, script))
    chmodSync(path, 0o755)
  }
  if (member !== undefined) {
    mkdirSync(folder('data', 'gateway'), { recursive: true })
    writeGatewayFiles(out, host, member)
  }
  writeText(folder('RUNBOOK.md'), runbook(host, keys))
  if (keys === 'cryptogen') {
    const consortium = { ...settings.consortium, ca: 'cryptogen' as const }
    const own = topologyOf({ ...settings, consortium, folder: out, placement: 'hosts' })
    await makeMaterial({ ...own, parties: [party] }, await findBinaries())
  }
  return host
}

/** A folder that holds something else, or another party, must not be mixed with this one. */
function refuseOtherFolder(out: string, { id }: Party): void {
  if (!existsSync(out) || readdirSync(out).length === 0) return
  if (existsSync(join(out, 'host.json')) && readHostSettings(out).organisation === id) return
  throw new NetworkFailure('OTHER_NETWORK', `${out} holds something else; give an empty --out.`)
}

function writeText(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, text, { mode: 0o600 })
}

function yaml(content: unknown): string {
  return stringify(content, { aliasDuplicateObjects: false })
}
