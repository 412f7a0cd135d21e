import { seededRandom } from '../../data/seeded-random.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'
import type { BenchNetwork } from '../throughput/bench-network.ts'
import { startBenchNetwork } from '../throughput/bench-network.ts'
import { lastBlock } from '../throughput/gateway-figures.ts'
import { median } from '../throughput/latencies.ts'
import { areBooksConserved } from '../throughput/ledger-checks.ts'
import { bulkLoad, singleLoad } from '../throughput/loads.ts'
import { Processes } from '../throughput/processes.ts'
import { BenchWorld } from '../throughput/world.ts'

/** At the start; half of the entries are the members' funds. */
const START = { accounts: 1_000, entries: 2_000 }
const COMMANDS = 4_000
const AT_ONCE = 12_000
/** Few enough that each transfer is a transaction of its own, and each transaction a block. */
const BLOCK_MAKERS = 3
const BLOCKS_AT_ONCE = 60

interface Size {
  readonly accounts: number
  readonly entries: number
  readonly blocks: number
}

interface Step {
  readonly committedPerSecond: number
  readonly rssMb: Readonly<Record<string, number>>
}

/**
 * The same load with 2,000 entries, and with ten and a hundred times as many accounts, entries and
 * blocks. Always the same thousand members send, so that no more and no fewer transactions meet;
 * they send to everybody.
 */
export async function* benchGrowth(options: BenchOptions): AsyncGenerator<Measurement> {
  const network = await startBenchNetwork(options)
  try {
    options.report('Opening the ledger and funding its members …')
    const world = await BenchWorld.open(network.gateways, START.accounts, seededRandom(1))
    const growth = new Growth(network, world, options)
    yield* growth.run()
  } finally {
    await network.stop()
  }
}

class Growth {
  readonly #network: BenchNetwork
  readonly #world: BenchWorld
  readonly #options: BenchOptions
  #entries = START.accounts

  constructor(network: BenchNetwork, world: BenchWorld, options: BenchOptions) {
    this.#network = network
    this.#world = world
    this.#options = options
  }

  async *run(): AsyncGenerator<Measurement> {
    const { factor, report } = this.#options
    await this.#transfer(START.entries - this.#entries)
    const start = await this.#size()
    await this.#transfer(COMMANDS)
    let first: Step | undefined
    for (const times of new Set([1, Math.min(10, factor), factor])) {
      report(`Growing to ${String(times)} times …`)
      const grownMs = await this.#growTo(start, times)
      const size = await this.#size()
      const step = await this.#measure()
      first ??= step
      const { committedPerSecond, rssMb } = step
      report(`${String(times)} times: ${String(Math.round(committedPerSecond))}/s`)
      yield {
        scenario: 'growth',
        ...engineFields(this.#options),
        times,
        ...size,
        committedPerSecond: rounded(committedPerSecond),
        ratioToStart: rounded(committedPerSecond / first.committedPerSecond, 100),
        ...rssFields(rssMb, first.rssMb),
        grownInSeconds: Math.round(grownMs / 1_000),
        conserved: await areBooksConserved(this.#network.gateways),
      }
    }
  }

  async #measure(): Promise<Step> {
    const { gateways } = this.#network
    const rates: number[] = []
    for (let round = 0; round < this.#options.rounds; round += 1) {
      const { accepted, elapsedMs } = await bulkLoad(gateways, this.#world.transfers(COMMANDS))
      this.#entries += accepted
      rates.push((accepted * 1_000) / elapsedMs)
    }
    const rssMb = new Processes(await this.#network.pids()).rssMbByKind()
    return { committedPerSecond: median(rates), rssMb }
  }

  /** Accounts first, then entries, then blocks, for these as long as there is time. */
  async #growTo(start: Size, times: number): Promise<number> {
    const { minutes, report } = this.#options
    const started = performance.now()
    const missing = start.accounts * times - this.#world.members
    if (missing > 0) await this.#world.addReceivers(missing)
    this.#entries += Math.max(0, missing)
    while (this.#entries < start.entries * times) {
      await this.#transfer(Math.min(AT_ONCE, start.entries * times - this.#entries))
    }
    const deadline = performance.now() + minutes * 60_000
    for (;;) {
      const { blocks } = await this.#size()
      if (blocks >= start.blocks * times) break
      if (performance.now() > deadline) {
        report(`${String(blocks)} blocks are all that there was time for`)
        break
      }
      const load = this.#world.transfers(BLOCKS_AT_ONCE)
      this.#entries += (await singleLoad(this.#network.gateways, load, BLOCK_MAKERS)).accepted
    }
    return performance.now() - started
  }

  async #transfer(count: number): Promise<void> {
    const load = this.#world.transfers(count)
    const { accepted } = await bulkLoad(this.#network.gateways, load)
    this.#entries += accepted
  }

  async #size(): Promise<Size> {
    const [gateway] = this.#network.gateways
    const blocks = 1 + (await lastBlock(gateway as GatewayAddress))
    return { accounts: this.#world.members, entries: this.#entries, blocks }
  }
}

/** Memory of each kind of process, and as a multiple of what it was after the first measurement. */
function rssFields(
  rssMb: Readonly<Record<string, number>>,
  first: Readonly<Record<string, number>>,
): Measurement {
  return Object.fromEntries(
    Object.entries(rssMb).flatMap(([kind, mb]) => [
      [`${kind}RssMb`, mb],
      [`${kind}RssRatio`, rounded(mb / (first[kind] ?? Number.NaN), 100)],
    ]),
  )
}
