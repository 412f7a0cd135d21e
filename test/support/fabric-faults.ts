import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Bundle } from '../../chaincode/bundle.ts'
import { buildBundle } from '../../chaincode/bundle.ts'
import type { OrderingType } from '../../network/consortium-file.ts'
import {
  addOrganisation,
  downFabric,
  existingTopology,
  upFabric,
} from '../../network/fabric/fabric-network.ts'
import { networkFolder } from '../../network/fabric/network-settings.ts'
import type { NodeStatus } from '../../network/fabric/network-status.ts'
import { networkStatus } from '../../network/fabric/network-status.ts'
import { startGatewaysOfNewcomers } from '../../network/fabric/start-gateways.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'

const ROOT = join(import.meta.dirname, '../..')
const POLL_MS = 100
const RECOVERY_LIMIT_MS = 90_000
/** A node that lacks no more blocks than this takes part again. */
const FEW_BLOCKS = 3

/** What can happen to a network in the middle of a day. */
export const FAULTS = ['none', 'peer', 'orderer', 'chaincode', 'gateway', 'all', 'changes'] as const
export type Fault = (typeof FAULTS)[number]

export interface KillableNetworkOptions {
  /** A folder that does not exist yet. */
  readonly dataDir: string
  readonly basePort: number
  readonly orderer?: OrderingType
}

/**
 * A network on Fabric brought up by the commands that people use, `network -- up` and
 * `npm start -- --engine fabric`, in processes that can be killed one by one or all at once.
 */
export class KillableNetwork {
  readonly dataDir: string
  readonly #folder: string
  #starter: ChildProcess | undefined

  private constructor(dataDir: string) {
    this.dataDir = dataDir
    this.#folder = networkFolder(dataDir)
  }

  static async up({
    dataDir,
    basePort,
    orderer = 'bft',
  }: KillableNetworkOptions): Promise<KillableNetwork> {
    const network = new KillableNetwork(dataDir)
    try {
      await network.command('up', '--port', String(basePort), '--orderer', orderer)
      await network.start()
      return network
    } catch (error) {
      await network.remove()
      throw error
    }
  }

  /** `npm start` with this data; returns when it says that all is ready. */
  async start(): Promise<void> {
    const args = ['--data', this.dataDir, '--engine', 'fabric', '--port', 'any']
    const child = spawn(process.execPath, ['network/start.ts', ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#starter = child
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith('Next:')) return
    }
    throw new Error('the network did not start')
  }

  /** `npm run network -- NAME` with this data; returns what it prints. Throws when it fails. */
  async command(name: string, ...args: readonly string[]): Promise<string> {
    const script = ['network/network.ts', name, '--data', this.dataDir, ...args]
    return (await promisify(execFile)(process.execPath, script, { cwd: ROOT })).stdout
  }

  /** Kills a process and returns when the supervisor has another one in its place. */
  async kill(name: string): Promise<void> {
    const pid = await this.#pidOf(name)
    if (pid === undefined) throw new Error(`${name} does not run`)
    process.kill(pid, 'SIGKILL')
    await waitUntil(`${name} to be started again`, async () => {
      const next = await this.#pidOf(name)
      return next !== undefined && next !== pid
    })
  }

  /** Kills the starter, the supervisor, every node and every gateway at once. */
  async killEverything(): Promise<void> {
    const supervisor = await supervisorStatus(this.#folder)
    const starter = this.#starter
    if (supervisor === undefined || starter?.pid === undefined) throw new Error('it is not up')
    const nodes = supervisor.processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
    for (const pid of [starter.pid, supervisor.pid, ...nodes]) process.kill(pid, 'SIGKILL')
    await waitUntil('everything to end', () =>
      Promise.resolve([supervisor.pid, ...nodes].every((pid) => !isAlive(pid))),
    )
  }

  /** The orderer that leads now. */
  async leader(): Promise<string> {
    const found = (await this.#nodes()).find(({ isLeader }) => isLeader === true)
    if (found === undefined) throw new Error('no orderer leads')
    return found.name
  }

  /** Returns when every node and gateway runs and has about as many blocks as the others. */
  async isWhole(): Promise<void> {
    await waitUntil('the network to be whole', async () => {
      const nodes = await this.#nodes()
      return nodes.every(({ state, kind, lag, isReady }) => {
        const follows = lag !== undefined && lag <= FEW_BLOCKS
        if (kind === 'gateway') return isReady === true
        return state === 'running' && (kind === 'chaincode' || follows)
      })
    })
  }

  /** Names of the processes that the supervisor keeps running. */
  async names(): Promise<readonly string[]> {
    const processes = (await supervisorStatus(this.#folder))?.processes ?? []
    return processes.map(({ name }) => name)
  }

  /** Upgrades the chaincode to other bytes, and then has one more organisation join. */
  async change(onUpgraded: () => void = () => undefined): Promise<void> {
    const { dataDir } = this
    const bundle = await otherBundle(join(dataDir, 'other-bundle'))
    const { definition } = await upFabric({ dataDir, bundle })
    if (definition.sequence !== 2) throw new Error('the chaincode was not upgraded')
    onUpgraded()
    const store = { id: 'store', name: 'Store', domain: 'store.example' }
    const { topology } = await addOrganisation({ dataDir, bundle }, store)
    await startGatewaysOfNewcomers({ dataDir, topology })
  }

  /** Ends everything and removes the data. */
  async remove(): Promise<void> {
    const starter = this.#starter
    if (starter !== undefined && starter.exitCode === null && starter.signalCode === null) {
      starter.kill('SIGTERM')
      await once(starter, 'exit')
    }
    if (existsSync(this.#folder)) await downFabric(this.dataDir)
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  async #nodes(): Promise<readonly NodeStatus[]> {
    return (await networkStatus(existingTopology(this.dataDir))).nodes
  }

  async #pidOf(name: string): Promise<number | undefined> {
    const processes = (await supervisorStatus(this.#folder))?.processes ?? []
    return processes.find((process) => process.name === name)?.pid
  }
}

/** Makes a fault and returns when it is over; the day goes on meanwhile. */
export async function makeFault(network: KillableNetwork, fault: Fault): Promise<void> {
  if (fault === 'none') return
  if (fault === 'all') {
    await network.killEverything()
    await network.start()
  } else if (fault === 'changes') await network.change()
  else if (fault === 'orderer') await network.kill(await network.leader())
  else await network.kill(VICTIMS[fault])
}

/** Those of the organisation that has most of the day's lines. */
const VICTIMS = { peer: 'mall-peer0', chaincode: 'mall-chaincode1', gateway: 'mall-gateway' }

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // What has ended and is not yet reaped is a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function waitUntil(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + RECOVERY_LIMIT_MS
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(POLL_MS)
  }
}

/** The same rules in other bytes. */
async function otherBundle(folder: string): Promise<Bundle> {
  const { path } = await buildBundle(folder)
  const code = `// Built for an upgrade.\n${readFileSync(path, 'utf8')}`
  writeFileSync(path, code)
  return { path, sha256: createHash('sha256').update(code).digest('hex') }
}
