import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../data/seeded-random.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'
import type { BenchNetwork } from '../throughput/bench-network.ts'
import { startBenchNetwork } from '../throughput/bench-network.ts'
import { streamBulk } from '../throughput/bulk-stream.ts'
import { areBooksConserved, entriesOf } from '../throughput/ledger-checks.ts'
import type { OpenLoopCounts } from '../throughput/open-loop.ts'
import { runOpenLoop } from '../throughput/open-loop.ts'
import { RateMeter } from '../throughput/rate-meter.ts'
import { BenchWorld } from '../throughput/world.ts'

const MEMBERS = 3_000
const TIMES = 10

const WARM_UP_MS = 5_000
const BEFORE_MS = 20_000
/** Within this time after the end it has to be as fast as before, over a window of the other. */
const RECOVERY_MS = 30_000
const WINDOW_MS = 10_000
const AS_BEFORE = 0.95

/**
 * Ten times what the network takes, for minutes. Of interest is what comes after: that nothing has
 * crashed, how soon it is as fast as before, and whether all that was acknowledged is on the chain
 * exactly once.
 */
export async function* benchOverload(options: BenchOptions): AsyncGenerator<Measurement> {
  const network = await startBenchNetwork(options)
  try {
    options.report('Opening the ledger and funding its members …')
    const world = await BenchWorld.open(network.gateways, MEMBERS, seededRandom(1))
    yield await new Overload(network, world, options).run()
  } finally {
    await network.stop()
  }
}

class Overload {
  readonly #network: BenchNetwork
  readonly #world: BenchWorld
  readonly #options: BenchOptions
  readonly #meter = new RateMeter()
  readonly #acknowledged = new Set<string>()

  constructor(network: BenchNetwork, world: BenchWorld, options: BenchOptions) {
    this.#network = network
    this.#world = world
    this.#options = options
  }

  async run(): Promise<Measurement> {
    const { report, minutes } = this.#options
    const { gateways } = this.#network
    const pids = JSON.stringify(await this.#network.pids())
    const before = await this.#steady(WARM_UP_MS, BEFORE_MS)
    report(`${String(Math.round(before))}/s; now ${String(TIMES)} times as many …`)
    const durationMs = minutes * 60_000
    const startedMs = performance.now()
    const { counts, drained } = await runOpenLoop({
      gateways,
      commandsPerSecond: before * TIMES,
      durationMs,
      make: (organisation) => this.#world.transferOf(organisation),
      onAccepted: (id) => this.#accept(id),
    })
    const endMs = performance.now()
    report('The end of the overload; how soon is it as fast as before?')
    await this.#steady(0, RECOVERY_MS)
    await drained
    const conserved = await areBooksConserved(gateways)
    report(`Looking for ${String(this.#acknowledged.size)} commands on the chain …`)
    return {
      scenario: 'overload',
      ...engineFields(this.#options),
      minutes,
      beforePerSecond: Math.round(before),
      ...offered(counts, durationMs, before),
      duringPerSecond: Math.round(this.#meter.perSecond(startedMs, endMs)),
      ...this.#recovery(endMs, before),
      crashed: pids !== JSON.stringify(await this.#network.pids()),
      ...(await checkOnce(gateways, this.#acknowledged)),
      conserved,
    }
  }

  /** All that can be had without being refused; accepted commands a second after the warm-up. */
  async #steady(warmUpMs: number, durationMs: number): Promise<number> {
    const ending = new AbortController()
    const stream = streamBulk(
      {
        gateways: this.#network.gateways,
        requests: 2,
        lines: 1_000,
        make: (organisation) => this.#world.transferOf(organisation),
        onAnswer: ({ status, id = '' }) => {
          if (status === 'accepted') this.#accept(id)
        },
      },
      ending.signal,
    )
    await Promise.race([sleep(warmUpMs), stream])
    const startedMs = performance.now()
    await Promise.race([sleep(durationMs), stream])
    const perSecond = this.#meter.perSecond(startedMs, performance.now())
    ending.abort()
    await stream
    return perSecond
  }

  #accept(id: string): void {
    this.#meter.note()
    this.#acknowledged.add(id)
  }

  #recovery(endMs: number, before: number): Measurement {
    let best = 0
    let recoveredAfterSeconds: number | 'never' = 'never'
    for (let afterMs = 0; afterMs + WINDOW_MS <= RECOVERY_MS; afterMs += 1_000) {
      const from = endMs + afterMs
      const ratio = this.#meter.perSecond(from, from + WINDOW_MS) / before
      best = Math.max(best, ratio)
      if (ratio >= AS_BEFORE && recoveredAfterSeconds === 'never') {
        recoveredAfterSeconds = (afterMs + WINDOW_MS) / 1_000
      }
    }
    return { recoveredRatio: rounded(best, 100), recoveredAfterSeconds }
  }
}

function offered(counts: OpenLoopCounts, durationMs: number, before: number): Measurement {
  const offeredPerSecond = (counts.sent * 1_000) / durationMs
  return {
    offeredPerSecond: Math.round(offeredPerSecond),
    overload: rounded(offeredPerSecond / before),
    accepted: counts.accepted,
    refused503: counts.busy,
    singles503WithRetryAfter: counts.refusedSingles,
    refusedOtherwise: counts.otherwise,
    unanswered: counts.broken,
  }
}

/** Whether each of the commands has one entry, and none has two. */
async function checkOnce(
  gateways: readonly GatewayAddress[],
  acknowledged: ReadonlySet<string>,
): Promise<Measurement> {
  const [gateway] = gateways
  if (gateway === undefined) throw new Error('no gateway')
  const seen = new Set<string>()
  let twice = 0
  for await (const { commandId } of entriesOf(gateway, 'TransferPoints')) {
    if (seen.has(commandId)) twice += 1
    seen.add(commandId)
  }
  let missing = 0
  for (const id of acknowledged) if (!seen.has(id)) missing += 1
  return { acknowledged: acknowledged.size, missing, twice }
}
