import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionProfile } from '../../gateway/index.ts'
import type { OrderingType } from '../../network/consortium-file.ts'
import type { EngineName } from '../../network/engine.ts'
import { downFabric } from '../../network/fabric/fabric-network.ts'
import { gatewayName } from '../../network/fabric/gateway-node.ts'
import { networkFolder } from '../../network/fabric/network-settings.ts'
import type { ProcessStatus } from '../../network/fabric/process-spec.ts'
import { supervisorStatus } from '../../network/fabric/supervisor-client.ts'
import type { GatewayTokens } from '../../network/gateways-file.ts'
import type { Network } from '../../network/start-network.ts'
import { startNetwork } from '../../network/start-network.ts'
import {
  definePoints,
  HUI,
  OPENING_DATE,
  openingCommands,
  ORGANISATIONS,
  registerMember,
  signed,
  STAR,
} from './world.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface TestNetworkOptions {
  /** Embedded unless given. */
  readonly engine?: EngineName
  /** The first port of a Fabric network's nodes. */
  readonly basePort?: number
  readonly orderer?: OrderingType
}

/** A consortium on free ports with an empty ledger, and its data in a folder of its own. */
export class TestNetwork {
  network: Network
  readonly dataDir: string
  readonly #options: TestNetworkOptions

  private constructor(network: Network, dataDir: string, options: TestNetworkOptions) {
    this.network = network
    this.dataDir = dataDir
    this.#options = options
  }

  static async start(options: TestNetworkOptions = {}): Promise<TestNetwork> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-'))
    try {
      const network = await startNetwork({ ...options, dataDir, ports: 'any' })
      return new TestNetwork(network, dataDir, options)
    } catch (error) {
      await downFabric(dataDir)
      throw error
    }
  }

  /** Stops it and starts it again on the same data, with `between` done while it is down. */
  async restart(between: () => void = () => undefined): Promise<void> {
    await this.network.close()
    between()
    this.network = await startNetwork({ ...this.#options, dataDir: this.dataDir, ports: 'any' })
  }

  async stop(): Promise<void> {
    await this.network.close()
    await downFabric(this.dataDir)
    rmSync(this.dataDir, { recursive: true })
  }

  /** Kills the process of one gateway, as a power cut would. Only on Fabric it has its own. */
  async killGateway(organisation: string): Promise<void> {
    const { pid } = await this.gatewayStatus(organisation)
    if (pid === undefined) throw new Error(`the gateway of ${organisation} does not run`)
    process.kill(pid, 'SIGKILL')
  }

  /** What the supervisor knows of one gateway's process. Only on Fabric there is one. */
  async gatewayStatus(organisation: string): Promise<ProcessStatus> {
    const processes = (await supervisorStatus(networkFolder(this.dataDir)))?.processes ?? []
    const found = processes.find(({ name }) => name === gatewayName(organisation))
    if (found === undefined) throw new Error(`the gateway of ${organisation} has no process`)
    return found
  }

  /** How the gateway of an organisation reaches its peer: with this an organisation is on its own. */
  profile(organisation: string): ConnectionProfile {
    const found = this.network.profiles.find((profile) => profile.organisation === organisation)
    if (found === undefined) throw new Error(`no profile of ${organisation}`)
    return found
  }

  url(organisation: string): string {
    return this.#gateway(organisation).url
  }

  token(organisation: string, role: keyof GatewayTokens): string {
    return this.#gateway(organisation).tokens[role]
  }

  async get(organisation: string, path: string): Promise<Answer> {
    return await this.request(organisation, path, {}, 'auditor')
  }

  /** The text of an answer that is no JSON, such as a file for a bank. */
  async text(organisation: string, path: string): Promise<string> {
    const authorization = `Bearer ${this.token(organisation, 'auditor')}`
    const response = await fetch(`${this.url(organisation)}${path}`, { headers: { authorization } })
    return await response.text()
  }

  async post(
    organisation: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    role: keyof GatewayTokens = 'client',
  ): Promise<Answer> {
    const all = { 'content-type': 'application/json', ...headers }
    const init = { method: 'POST', body: JSON.stringify(body), headers: all }
    return await this.request(organisation, path, init, role)
  }

  /** One answer per line, in the order of the lines. */
  async postMany(
    organisation: string,
    commands: readonly unknown[],
    role: keyof GatewayTokens = 'client',
  ): Promise<Record<string, unknown>[]> {
    const response = await fetch(`${this.url(organisation)}/commands`, {
      method: 'POST',
      body: commands.map((command) => `${JSON.stringify(command)}\n`).join(''),
      headers: {
        'content-type': 'application/x-ndjson',
        authorization: `Bearer ${this.token(organisation, role)}`,
      },
    })
    const lines = (await response.text()).split('\n').filter((line) => line !== '')
    const answers = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    return answers.sort((a, b) => Number(a['line']) - Number(b['line']))
  }

  async request(
    organisation: string,
    path: string,
    init: RequestInit,
    role: keyof GatewayTokens,
  ): Promise<Answer> {
    const headers = new Headers(init.headers)
    if (!headers.has('authorization')) {
      headers.set('authorization', `Bearer ${this.token(organisation, role)}`)
    }
    const response = await fetch(`${this.url(organisation)}${path}`, { ...init, headers })
    const text = await response.text()
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    return { status: response.status, headers: response.headers, body }
  }

  /** Opens the ledger with staff, two programmes and the members named; throws when refused. */
  async open(members: readonly string[]): Promise<void> {
    const opening = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })
    await this.#must('bank', [opening], 'admin')
    for (const organisation of ORGANISATIONS) {
      await this.#must(organisation, openingCommands(organisation), 'admin')
    }
    await this.#must('mall', [definePoints(STAR)])
    await this.#must('bank', [definePoints(HUI)])
    for (const organisation of ORGANISATIONS) {
      const own = members.filter((member) => member.startsWith(`${organisation}:`))
      if (own.length > 0) await this.#must(organisation, own.map(registerMember))
    }
  }

  async #must(
    organisation: string,
    commands: readonly unknown[],
    role: keyof GatewayTokens = 'client',
  ): Promise<void> {
    // One after the other where the later needs the earlier.
    for (const answer of await this.postMany(organisation, commands, role)) {
      if (answer['status'] !== 'accepted') throw new Error(JSON.stringify(answer))
    }
  }

  #gateway(organisation: string): Network['gateways'][number] {
    const found = this.network.gateways.find((gateway) => gateway.organisation === organisation)
    if (found === undefined) throw new Error(`no gateway of ${organisation}`)
    return found
  }
}
