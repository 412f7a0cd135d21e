import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../data/seeded-random.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import { signed } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'
import { startBenchNetwork } from '../throughput/bench-network.ts'
import { invalidPercent, validationCodes } from '../throughput/gateway-figures.ts'
import type { Connections } from '../throughput/http-load.ts'
import { connections, postOne } from '../throughput/http-load.ts'
import { median } from '../throughput/latencies.ts'
import { areBooksConserved } from '../throughput/ledger-checks.ts'
import { bulkLoad } from '../throughput/loads.ts'
import { BenchWorld } from '../throughput/world.ts'

const MEMBERS = 3_000
const COMMANDS = 12_000
const HOSTILE_EVERY_MS = 20
/** What waits in his own line costs nobody anything, and would have to be waited for between rounds. */
const MAX_OPEN = 20

interface Round {
  readonly committedPerSecond: number
  readonly abortedPercent: number
  readonly p99Ms: number
}

/**
 * Bulk load of strangers, in turn without and with one member who has his transfers taken by his own
 * gateway and, at the same moment, voids them or sends them again by another's.
 */
export async function* benchPoison(options: BenchOptions): AsyncGenerator<Measurement> {
  const network = await startBenchNetwork(options)
  const { gateways } = network
  try {
    options.report('Opening the ledger and funding its members …')
    const world = await BenchWorld.open(gateways, MEMBERS, seededRandom(1))
    const [member = ''] = world.setAside('mall', 1)
    const hostile = new HostileMember(gateways, () => world.transferFrom(member))
    const calm: Round[] = []
    const poisoned: Round[] = []
    // Not measured: everything is cold.
    await bulkLoad(gateways, world.transfers(COMMANDS))
    for (let round = 1; round <= options.rounds; round += 1) {
      calm.push(await measure(gateways, world))
      poisoned.push(await measure(gateways, world, hostile))
      const [without, withHim] = [calm.at(-1), poisoned.at(-1)]
      options.report(
        `${String(round)}/${String(options.rounds)}  ${String(without?.committedPerSecond)}/s, ` +
          `with a hostile member ${String(withHim?.committedPerSecond)}/s`,
      )
    }
    const conserved = await areBooksConserved(gateways)
    const ratios = poisoned.map(
      ({ committedPerSecond }, index) =>
        committedPerSecond / (calm[index]?.committedPerSecond ?? Number.NaN),
    )
    yield { ...summary('poison-without', calm, options), conserved }
    yield {
      ...summary('poison-with', poisoned, options),
      ratioToWithout: rounded(median(ratios), 100),
      hostileCommands: hostile.sent,
      conserved,
    }
  } finally {
    await network.stop()
  }
}

async function measure(
  gateways: readonly GatewayAddress[],
  world: BenchWorld,
  hostile?: HostileMember,
): Promise<Round> {
  const load = world.transfers(COMMANDS)
  // Codes are read when no block is on its way, and as long as he strikes there always is one.
  const before = await validationCodes(gateways)
  hostile?.start()
  const { accepted, elapsedMs, latencies } = await bulkLoad(gateways, load)
  await hostile?.stop()
  const after = await validationCodes(gateways)
  return {
    committedPerSecond: rounded((accepted * 1_000) / elapsedMs),
    abortedPercent: invalidPercent(before, after),
    p99Ms: latencies.quantile(0.99),
  }
}

function summary(scenario: string, rounds: readonly Round[], options: BenchOptions): Measurement {
  const middle = (field: keyof Round): number => median(rounds.map((round) => round[field]))
  return {
    scenario,
    ...engineFields(options),
    committedPerSecond: middle('committedPerSecond'),
    abortedPercent: middle('abortedPercent'),
    p99Ms: middle('p99Ms'),
    rounds: rounds.length,
  }
}

/** One member of the mall, in league with somebody who has the token of a gateway. */
class HostileMember {
  readonly #home: GatewayAddress
  readonly #other: GatewayAddress
  readonly #make: () => ReturnType<BenchWorld['transferFrom']>
  #ending = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #open = 0
  sent = 0

  constructor(
    gateways: readonly GatewayAddress[],
    make: () => ReturnType<BenchWorld['transferFrom']>,
  ) {
    const [home, other] = ['mall', 'bank'].map((name) =>
      gateways.find(({ organisation }) => organisation === name),
    )
    if (home === undefined || other === undefined) throw new Error('no gateways for a hostile one')
    this.#home = home
    this.#other = other
    this.#make = make
  }

  start(): void {
    this.#ending = new AbortController()
    this.#running = this.#run(this.#ending.signal)
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const agents = [connections(MAX_OPEN), connections(MAX_OPEN)] as const
    while (!signal.aborted) {
      if (this.#open < MAX_OPEN) void this.#strike(...agents)
      await sleep(HOSTILE_EVERY_MS)
    }
    while (this.#open > 0) await sleep(HOSTILE_EVERY_MS)
    for (const agent of agents) agent.destroy()
  }

  async #strike(atHome: Connections, elsewhere: Connections): Promise<void> {
    const transfer = this.#make()
    const { actor, id } = transfer.command
    this.#open += 1
    this.sent += 1
    // A gateway's token has the other gateway take it as it is, and not pass it on to his own.
    const { client, gateway } = this.#other.tokens
    const fence = signed('VoidCommand', actor, { actor, id }, { id: randomUUID() })
    const [token, second] = this.sent % 2 === 0 ? [client, fence] : [gateway, transfer]
    const home = { url: this.#home.url, token: this.#home.tokens.client }
    const other = { url: this.#other.url, token }
    // What becomes of them is nobody's concern here.
    await Promise.allSettled([
      postOne(home, atHome, '/commands', JSON.stringify(transfer)),
      postOne(other, elsewhere, '/commands', JSON.stringify(second)),
    ])
    this.#open -= 1
  }
}
