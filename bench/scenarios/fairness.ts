import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../data/seeded-random.ts'
import type { GatewayAddress } from '../../network/gateways-file.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'
import { startBenchNetwork } from '../throughput/bench-network.ts'
import { streamBulk } from '../throughput/bulk-stream.ts'
import { connections, postOne } from '../throughput/http-load.ts'
import { Latencies, median } from '../throughput/latencies.ts'
import { areBooksConserved } from '../throughput/ledger-checks.ts'
import { bulkLoad } from '../throughput/loads.ts'
import { RateMeter } from '../throughput/rate-meter.ts'
import { BenchWorld } from '../throughput/world.ts'

const MEMBERS = 3_000
/** Those who send one transfer after the other, each waiting for its answer. */
const SINGLE_CLIENTS = 10
const ROUND_MS = 15_000
/** More than the queue takes. */
const FLOOD = { requests: 9, lines: 2_500 }
const FLOOD_RISE_MS = 4_000

interface Round {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly singlesPerSecond: number
  readonly floodPerSecond: number
  readonly refused: number
}

/** Single transfers at a gateway, in turn alone and beside a client that floods it by bulk. */
export async function* benchFairness(options: BenchOptions): AsyncGenerator<Measurement> {
  const network = await startBenchNetwork(options)
  try {
    options.report('Opening the ledger and funding its members …')
    const world = await BenchWorld.open(network.gateways, MEMBERS, seededRandom(1))
    const gateway = network.gateways.find(({ organisation }) => organisation === 'bank')
    if (gateway === undefined) throw new Error('the bank has no gateway')
    const clients = world.setAside('bank', SINGLE_CLIENTS)
    // Not measured: everything is cold.
    await bulkLoad(network.gateways, world.transfers(MEMBERS))
    const alone: Round[] = []
    const flooded: Round[] = []
    for (let round = 1; round <= options.rounds; round += 1) {
      alone.push(await measure(gateway, world, clients))
      flooded.push(await measureFlooded(gateway, world, clients))
      const [quiet, loud] = [alone.at(-1), flooded.at(-1)]
      options.report(
        `${String(round)}/${String(options.rounds)}  p99 ${String(quiet?.p99Ms)} ms, ` +
          `beside a flood ${String(loud?.p99Ms)} ms`,
      )
    }
    const conserved = await areBooksConserved(network.gateways)
    const ratios = flooded.map(({ p99Ms }, index) => p99Ms / (alone[index]?.p99Ms ?? Number.NaN))
    yield { ...summary('fairness-alone', alone, options), conserved }
    yield {
      ...summary('fairness-flooded', flooded, options),
      p99RatioToAlone: rounded(median(ratios), 100),
      conserved,
    }
  } finally {
    await network.stop()
  }
}

async function measureFlooded(
  gateway: GatewayAddress,
  world: BenchWorld,
  clients: readonly string[],
): Promise<Round> {
  const ending = new AbortController()
  const meter = new RateMeter()
  const flood = streamBulk(
    {
      gateways: [gateway],
      ...FLOOD,
      make: (organisation) => world.transferOf(organisation),
      onAnswer: ({ status }) => {
        if (status === 'accepted') meter.note()
      },
    },
    ending.signal,
  )
  await Promise.race([sleep(FLOOD_RISE_MS), flood])
  const startedMs = performance.now()
  try {
    const round = await measure(gateway, world, clients)
    return { ...round, floodPerSecond: meter.perSecond(startedMs, performance.now()) }
  } finally {
    ending.abort()
    await flood
  }
}

/** The clients under another token than the flood: to a gateway they are other clients. */
async function measure(
  gateway: GatewayAddress,
  world: BenchWorld,
  clients: readonly string[],
): Promise<Round> {
  const target = { url: gateway.url, token: gateway.tokens.admin }
  const latencies = new Latencies()
  const agent = connections(clients.length)
  let refused = 0
  const started = performance.now()
  await Promise.all(
    clients.map(async (member) => {
      while (performance.now() - started < ROUND_MS) {
        const text = JSON.stringify(world.transferFrom(member))
        const sent = performance.now()
        const { status } = await postOne(target, agent, '/commands', text)
        latencies.add(performance.now() - sent)
        if (status === 'refused') refused += 1
      }
    }),
  )
  const elapsedMs = performance.now() - started
  agent.destroy()
  return {
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    singlesPerSecond: (latencies.count * 1_000) / elapsedMs,
    floodPerSecond: 0,
    refused,
  }
}

function summary(scenario: string, rounds: readonly Round[], options: BenchOptions): Measurement {
  const middle = (field: keyof Round): number =>
    rounded(median(rounds.map((round) => round[field])))
  return {
    scenario,
    ...engineFields(options),
    clients: SINGLE_CLIENTS,
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    singlesPerSecond: middle('singlesPerSecond'),
    floodPerSecond: middle('floodPerSecond'),
    refused: middle('refused'),
    rounds: rounds.length,
  }
}
