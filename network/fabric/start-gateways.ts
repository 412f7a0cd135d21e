import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeConnections } from '../connections-file.ts'
import type { GatewayAddress } from '../gateways-file.ts'
import { newTokens, readGatewaysFile, writeGatewaysFile } from '../gateways-file.ts'
import { gatewayConfig, gatewayName, gatewayProcess } from './gateway-node.ts'
import { takenPorts } from './listening.ts'
import { NetworkFailure } from './network-failure.ts'
import { writeJson } from './network-files.ts'
import { networkFolder } from './network-settings.ts'
import { profileOf } from './profiles.ts'
import { superviseGateways, supervisorStatus } from './supervisor-client.ts'
import type { Topology } from './topology.ts'

/** Below those that systems give to outgoing connections, so that a restart finds its port free. */
const FREE_PORTS = { from: 24_000, to: 32_000 }

const HEALTH_LIMIT_MS = 60_000
/** A gateway that begins anew reads the whole ledger first. */
const READY_LIMIT_MS = 600_000
const POLL_MS = 100
const CALL_LIMIT_MS = 2_000

export interface GatewaysOptions {
  readonly dataDir: string
  readonly topology: Topology
  /** The first gateway's port, the others behind it. `any`: the same as before, else a free one. */
  readonly ports: number | 'any'
}

/**
 * Has a gateway running for every organisation of a network that is up, each a process of its own
 * under the network's supervisor, and returns once each follows the ledger. Gateways that run as
 * they should go on, and learn the addresses of new ones. Throws PORTS_TAKEN, NOT_READY.
 */
export async function startGateways(options: GatewaysOptions): Promise<readonly GatewayAddress[]> {
  const { topology } = options
  const { organisations, channel } = topology.consortium
  const dataDir = resolve(options.dataDir)
  const folder = join(dataDir, 'gateways')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const addresses = await chooseAddresses(options)
  const specs = organisations.map((party) => {
    const path = join(folder, `${party.id}.json`)
    const config = gatewayConfig(topology, party, folder, addresses)
    writeJson(path, config)
    return gatewayProcess(config, path)
  })
  await superviseGateways(topology.folder, specs)
  await Promise.all(addresses.map(waitUntilReady))
  writeGatewaysFile(dataDir, { channel, gateways: addresses })
  writeConnections(
    dataDir,
    organisations.map((party) => profileOf(topology, party)),
  )
  return addresses
}

/**
 * Starts the gateways of organisations that have joined since the others were started.
 * Does nothing, and returns none, when no gateway runs. Throws NOT_READY.
 */
export async function startGatewaysOfNewcomers(
  options: Pick<GatewaysOptions, 'dataDir' | 'topology'>,
): Promise<readonly GatewayAddress[]> {
  const running = await runningGateways(options.topology.folder)
  return running.size === 0 ? [] : await startGateways({ ...options, ports: 'any' })
}

/** Ends the gateways and leaves the nodes running. Does nothing when there are none. */
export async function stopGateways(dataDir: string): Promise<void> {
  const folder = networkFolder(dataDir)
  if (existsSync(folder)) await superviseGateways(folder, [])
}

/** Names of the gateways that the supervisor keeps running. */
async function runningGateways(folder: string): Promise<ReadonlySet<string>> {
  const processes = (await supervisorStatus(folder))?.processes ?? []
  return new Set(processes.filter(({ kind }) => kind === 'gateway').map(({ name }) => name))
}

/** Addresses and tokens: those of an earlier start as far as they can be kept. */
async function chooseAddresses({
  dataDir,
  topology,
  ports,
}: GatewaysOptions): Promise<readonly GatewayAddress[]> {
  const earlier = readGatewaysFile(dataDir)?.gateways ?? []
  const running = await runningGateways(topology.folder)
  const held = new Set(
    earlier
      .filter(({ organisation }) => running.has(gatewayName(organisation)))
      .map(({ url }) => portOf(url)),
  )
  const isFree = async (port: number): Promise<boolean> =>
    held.has(port) || (await takenPorts([port])).length === 0
  const addresses: GatewayAddress[] = []
  for (const [index, { id: organisation }] of topology.consortium.organisations.entries()) {
    const known = earlier.find((address) => address.organisation === organisation)
    const port =
      ports === 'any'
        ? await anyPort(known?.url, addresses, isFree)
        : await givenPort(ports + index, isFree)
    const url = `http://127.0.0.1:${String(port)}`
    addresses.push({ organisation, url, tokens: known?.tokens ?? newTokens() })
  }
  return addresses
}

async function givenPort(
  port: number,
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  if (await isFree(port)) return port
  const message = `Port ${String(port)} is taken: is a gateway running already? Else try --port.`
  throw new NetworkFailure('PORTS_TAKEN', message)
}

/** The port of before, else the one behind the gateway in front, else any. */
async function anyPort(
  before: string | undefined,
  chosen: readonly GatewayAddress[],
  isFree: (port: number) => Promise<boolean>,
): Promise<number> {
  const used = new Set(chosen.map(({ url }) => portOf(url)))
  const last = chosen.at(-1)
  let port = before === undefined ? last && portOf(last.url) + 1 : portOf(before)
  while (port === undefined || used.has(port) || !(await isFree(port))) {
    port = randomInt(FREE_PORTS.from, FREE_PORTS.to)
  }
  return port
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function waitUntilReady({ organisation, url }: GatewayAddress): Promise<void> {
  const log = `npm run network -- logs ${gatewayName(organisation)}`
  await answers(`${url}/health`, HEALTH_LIMIT_MS, `does not answer; see: ${log}`)
  await answers(`${url}/ready`, READY_LIMIT_MS, `does not follow the ledger; see: ${log}`)
}

async function answers(url: string, limitMs: number, otherwise: string): Promise<void> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const response = await fetch(url, { signal: AbortSignal.timeout(CALL_LIMIT_MS) }).catch(
      () => undefined,
    )
    if (response?.ok === true) return
    if (Date.now() > deadline) throw new NetworkFailure('NOT_READY', `${url} ${otherwise}`)
    await sleep(POLL_MS)
  }
}
