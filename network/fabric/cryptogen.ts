import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Party } from '../consortium-file.ts'
import type { FabricBinaries } from './binaries.ts'
import { ORDERERS, PEERS, TLS_HOSTS } from './material.ts'
import { runCommand } from './run-command.ts'
import type { Topology } from './topology.ts'
import { peersOf, serviceAddress } from './topology.ts'

/** By which every server can be reached on its own machine. */
export const LOCAL_NAMES = ['localhost', '127.0.0.1']

interface Host {
  readonly host: string
  readonly address: string
}

/** Makes the keys and certificates of parties in a folder, all at once. Throws COMMAND_FAILED. */
export async function generateMaterial(
  topology: Topology,
  parties: readonly Party[],
  binaries: FabricBinaries,
  folder: string,
): Promise<void> {
  const config = (name: string, content: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, stringify(content))
    return path
  }
  const peers = { PeerOrgs: parties.map((party) => organisationSpec(topology, party)) }
  const peersConfig = config('peers.yaml', peers)
  await cryptogen(binaries, ['generate', `--config=${peersConfig}`, `--output=${folder}`])
  for (const { domain } of parties) shareAuthority(folder, domain)
  const orderers = { OrdererOrgs: parties.map((party) => ordererSpec(topology, party)) }
  const orderersConfig = config('orderers.yaml', orderers)
  await cryptogen(binaries, ['extend', `--config=${orderersConfig}`, `--input=${folder}`])
}

/** Gives a party's orderers the authority of its peers, and takes enrolments that are not used. */
function shareAuthority(folder: string, domain: string): void {
  const peers = join(folder, PEERS, domain)
  for (const host of TLS_HOSTS) {
    rmSync(join(peers, 'peers', `${host}.${domain}`, 'msp'), { recursive: true, force: true })
  }
  for (const part of ['ca', 'tlsca', 'msp']) {
    cpSync(join(peers, part), join(folder, ORDERERS, domain, part), { recursive: true })
  }
}

async function cryptogen(binaries: FabricBinaries, args: readonly string[]): Promise<void> {
  await runCommand(binaries.path('cryptogen'), args)
}

function organisationSpec(topology: Topology, party: Party): unknown {
  const { name, domain, id } = party
  const peers = peersOf(topology, id)
  const address = serviceAddress(topology, party, 'chaincode')
  const tlsHosts = TLS_HOSTS.map((host) => ({ host: `${host}.${domain}`, address }))
  return {
    Name: name,
    Domain: domain,
    EnableNodeOUs: true,
    Specs: [...peers, ...(peers.length > 0 ? tlsHosts : [])].map((host) => hostSpec(host, domain)),
    Users: { Count: 1 },
  }
}

function ordererSpec(topology: Topology, { name, domain, id }: Party): unknown {
  const hosts = topology.orderers.filter(({ owner }) => owner.id === id)
  return {
    Name: name,
    Domain: domain,
    EnableNodeOUs: true,
    Specs: hosts.map((host) => hostSpec(host, domain)),
  }
}

function hostSpec({ host, address }: Host, domain: string): unknown {
  const names = [...new Set([...LOCAL_NAMES, address])]
  return { Hostname: host.slice(0, -domain.length - 1), SANS: names }
}
