import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../data/seeded-random.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { downFabric } from '../../network/fabric/fabric-network.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import { startNetwork } from '../../network/start-network.ts'
import { accountOf, definePoints, registerMember } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields } from '../measurement.ts'
import { CreditSeeder, POINTS_PER_CREDIT } from '../throughput/credit-seeder.ts'
import { postLines } from '../throughput/http-load.ts'
import { Latencies } from '../throughput/latencies.ts'
import { readText } from '../throughput/ledger-checks.ts'
import { stoppedBySignals } from '../throughput/stop-by-signals.ts'
import { BenchWorld, textsOf } from '../throughput/world.ts'

const MEMBER = 'mall:m-hot'
const OTHERS = 3
/** So many that no holding comes to more credits than the gateways' keepers leave alone, 500. */
const PROGRAMMES = 250
const STEP = 1_000

const MAX_READS = 200
const MAX_READING_MS = 15_000
const BLOCK_LIMIT_MS = 120_000

/**
 * Reading an account with one, a thousand and very many credits that nothing has folded in, and the
 * totals that were posted with them: by HTTP, and as the contract itself reads.
 */
export async function* benchBalance(options: BenchOptions): AsyncGenerator<Measurement> {
  const network = await start(options)
  try {
    yield* new Balance(network, options).run()
  } finally {
    await network.stop()
  }
}

type StartedNetwork = Awaited<ReturnType<typeof start>>

async function start({ engine, orderer, port, report }: BenchOptions) {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  const clear = async (): Promise<void> => {
    await downFabric(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  }
  return await stoppedBySignals(async () => {
    try {
      const fabric = { orderer, basePort: port }
      const common = { dataDir, ports: 'any', engine, report } as const
      const network = await startNetwork(engine === 'fabric' ? { ...common, ...fabric } : common)
      const stop = async (): Promise<void> => {
        await network.close()
        await clear()
      }
      return { ...network, stop }
    } catch (error) {
      await clear()
      throw error
    }
  })
}

class Balance {
  readonly #gateway: GatewayAddress
  readonly #gateways: readonly GatewayAddress[]
  readonly #seeder: CreditSeeder
  readonly #options: BenchOptions
  readonly #assets = Array.from({ length: PROGRAMMES }, (_, index) => `mall:p-${index}:point`)
  #credits = 0
  /** Transactions that credited the first programme. */
  readonly #ofFirst: string[] = []

  constructor({ gateways, profiles }: StartedNetwork, options: BenchOptions) {
    const gateway = gateways.find(({ organisation }) => organisation === 'mall')
    const profile = profiles.find(({ organisation }) => organisation === 'mall')
    if (gateway === undefined || profile === undefined) throw new Error('the mall is missing')
    this.#gateway = gateway
    this.#gateways = gateways
    this.#seeder = new CreditSeeder(profile, accountOf(MEMBER))
    this.#options = options
  }

  async *run(): AsyncGenerator<Measurement> {
    const { deltas, report } = this.#options
    try {
      await this.#open()
      for (const credits of new Set([1, Math.min(STEP, deltas), deltas])) {
        const started = performance.now()
        await this.#seed(credits)
        await this.#untilApplied()
        report(`${String(this.#credits)} credits …`)
        yield {
          ...(await this.#measure()),
          seededInSeconds: Math.round((performance.now() - started) / 1_000),
        }
      }
    } finally {
      this.#seeder.close()
    }
  }

  async #open(): Promise<void> {
    await BenchWorld.open(this.#gateways, OTHERS, seededRandom(1))
    const budget = '1000000000000000'
    await this.#must([
      registerMember(MEMBER),
      ...this.#assets.map((asset) => definePoints(asset, { budget })),
    ])
    await this.#seeder.open(this.#assets)
  }

  async #seed(credits: number): Promise<void> {
    const missing = credits - this.#credits
    const assets = this.#assets.slice(0, missing)
    const ids = await this.#seeder.seed(Math.ceil(missing / assets.length), assets)
    this.#ofFirst.push(...ids)
    this.#credits += ids.length * assets.length
  }

  /** Until the gateway has read what was seeded. */
  async #untilApplied(): Promise<void> {
    const deadline = Date.now() + BLOCK_LIMIT_MS
    while ((await this.#points()) !== BigInt(this.#credits * POINTS_PER_CREDIT)) {
      if (Date.now() > deadline) throw new Error('the gateway does not come to what was seeded')
    }
  }

  async #points(): Promise<bigint> {
    const text = await readText(this.#gateway, `/accounts/${accountOf(MEMBER)}`)
    const { holdings } = JSON.parse(text) as {
      readonly holdings: readonly { readonly available: string }[]
    }
    return holdings.reduce((sum, { available }) => sum + BigInt(available), 0n)
  }

  async #measure(): Promise<Measurement> {
    const [first = ''] = this.#assets
    const [account, totals, contract] = [
      await timed(async () => await readText(this.#gateway, `/accounts/${accountOf(MEMBER)}`)),
      await timed(async () => await readText(this.#gateway, '/liability')),
      await timed(async () => await this.#seeder.readByContract(first, this.#ofFirst)),
    ]
    return {
      scenario: 'balance',
      ...engineFields(this.#options),
      uncompacted: this.#credits,
      holdings: Math.min(this.#credits, PROGRAMMES),
      p50Ms: account.quantile(0.5),
      p99Ms: account.quantile(0.99),
      totalsP50Ms: totals.quantile(0.5),
      totalsP99Ms: totals.quantile(0.99),
      creditsByContract: this.#ofFirst.length,
      contractP50Ms: contract.quantile(0.5),
      contractP99Ms: contract.quantile(0.99),
      reads: account.count,
    }
  }

  async #must(commands: readonly SignedCommand[]): Promise<void> {
    const { url, tokens } = this.#gateway
    await postLines({ url, token: tokens.client }, textsOf(commands), (answer) => {
      if (answer.status !== 'accepted') throw new Error(`set-up: ${JSON.stringify(answer)}`)
    })
  }
}

/** The same again and again, one after the other. */
async function timed(read: () => Promise<unknown>): Promise<Latencies> {
  const latencies = new Latencies()
  const deadline = performance.now() + MAX_READING_MS
  while (latencies.count < MAX_READS && performance.now() < deadline) {
    const started = performance.now()
    await read()
    latencies.add(performance.now() - started)
  }
  return latencies
}
