import { seededRandom } from '../../data/seeded-random.ts'
import type { BenchNetwork } from '../throughput/bench-network.ts'
import { startBenchNetwork } from '../throughput/bench-network.ts'
import { invalidPercent, validationCodes } from '../throughput/gateway-figures.ts'
import { median } from '../throughput/latencies.ts'
import { areBooksConserved } from '../throughput/ledger-checks.ts'
import type { LoadResult } from '../throughput/loads.ts'
import { bulkLoad, singleLoad } from '../throughput/loads.ts'
import { Processes } from '../throughput/processes.ts'
import { StockClient } from '../throughput/stock-client.ts'
import { BenchWorld } from '../throughput/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'

export interface ThroughputOptions extends BenchOptions {
  /** All of them when empty. */
  readonly only: readonly string[]
}

/** In the order in which a round runs them; the first three on Fabric only. */
export const THROUGHPUT_SCENARIOS = [
  'stock-lone',
  'stock',
  'stock-hot',
  'lone',
  'single',
  'bulk',
  'hot',
  'issuer',
  'zipf',
] as const

const MEMBERS = 3_000
const STOCK_ACCOUNTS = 10_000

/** One load of a kind, run once in each round. */
interface Scenario {
  readonly name: string
  readonly clients: number
  readonly run: () => Promise<LoadResult>
  readonly isConserved: () => Promise<boolean>
}

interface Round {
  readonly committedPerSecond: number
  /** Of the transactions: endorsed, ordered and then not valid. */
  readonly abortedPercent: number
  /** Of the commands: answered with a refusal. */
  readonly refusedPercent: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerPosting: number
  readonly cpuByKind: Readonly<Record<string, number>>
  readonly refusals: string
  readonly conserved: boolean
}

/**
 * Measures scenarios side by side: every round runs each of them once, so that what else happens on
 * the machine hits all alike. Figures are medians over the rounds; the ratio is that of each round.
 */
export async function benchThroughput(options: ThroughputOptions): Promise<readonly Measurement[]> {
  const { report, rounds } = options
  const network = await startBenchNetwork(options)
  try {
    report('Opening the ledger and funding its members …')
    const scenarios = (await openScenarios(network)).filter(
      ({ name }) => options.only.length === 0 || options.only.includes(name),
    )
    const results = new Map<string, Round[]>()
    for (let round = 1; round <= rounds; round += 1) {
      for (const scenario of scenarios) {
        const result = await measure(scenario, network)
        results.set(scenario.name, [...(results.get(scenario.name) ?? []), result])
        const speed = `${String(result.committedPerSecond)}/s`
        report(`${String(round)}/${String(rounds)}  ${scenario.name.padEnd(12)} ${speed}`)
      }
    }
    return scenarios.map((scenario) => summary(scenario, results, options))
  } finally {
    await network.stop()
  }
}

async function openScenarios({ gateways, profile }: BenchNetwork): Promise<Scenario[]> {
  const random = seededRandom(1)
  const world = await BenchWorld.open(gateways, MEMBERS, random)
  const isConserved = async (): Promise<boolean> => await areBooksConserved(gateways)
  const single = (name: string, clients: number, count: number): Scenario => ({
    name,
    clients,
    run: async () => await singleLoad(gateways, world.transfers(count), clients),
    isConserved,
  })
  const bulk = (name: string, load: () => Parameters<typeof bulkLoad>[1]): Scenario => ({
    name,
    clients: gateways.length,
    run: async () => await bulkLoad(gateways, load()),
    isConserved,
  })
  return [
    ...(profile === undefined
      ? []
      : await stockScenarios(new StockClient(profile, STOCK_ACCOUNTS))),
    single('lone', 1, 20),
    single('single', 500, 6_000),
    bulk('bulk', () => world.transfers(12_000)),
    bulk('hot', () => world.redemptions(12_000)),
    bulk('issuer', () => world.issues(12_000)),
    bulk('zipf', () => world.zipfTransfers(12_000)),
  ]
}

async function stockScenarios(client: StockClient): Promise<Scenario[]> {
  await client.open()
  const random = seededRandom(2)
  const stock = (name: string, inFlight: number, transfers: number, isHot: boolean): Scenario => ({
    name,
    clients: inFlight,
    run: async () => await client.load({ transfers, inFlight, isHot }, random),
    isConserved: async () => await client.isConserved(),
  })
  return [
    stock('stock-lone', 1, 20, false),
    stock('stock', 200, 600, false),
    stock('stock-hot', 100, 300, true),
  ]
}

async function measure(scenario: Scenario, network: BenchNetwork): Promise<Round> {
  const before = await validationCodes(network.gateways)
  const processes = new Processes([...(await network.pids()), { kind: 'client', pid: process.pid }])
  const { accepted, refused, codes, elapsedMs, latencies } = await scenario.run()
  const cpuByKind = processes.cpuMsByKind()
  const cpuMs = Object.values(cpuByKind).reduce((sum, each) => sum + each, 0)
  const conserved = await scenario.isConserved()
  const after = await validationCodes(network.gateways)
  return {
    committedPerSecond: rounded((accepted * 1_000) / elapsedMs),
    abortedPercent: invalidPercent(before, after),
    refusedPercent: rounded((refused * 100) / (accepted + refused)),
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    cpuMsPerPosting: cpuMs / Math.max(1, accepted),
    cpuByKind: perPosting(cpuByKind, accepted),
    refusals: refused === 0 ? 'none' : JSON.stringify(codes),
    conserved,
  }
}

function perPosting(
  cpuByKind: Readonly<Record<string, number>>,
  postings: number,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(cpuByKind).map(([kind, ms]) => [kind, ms / Math.max(1, postings)]),
  )
}

function summary(
  { name, clients }: Scenario,
  results: ReadonlyMap<string, readonly Round[]>,
  options: ThroughputOptions,
): Measurement {
  const rounds = results.get(name) ?? []
  const stock = results.get('stock') ?? []
  const middle = (field: keyof Round): number => median(rounds.map((round) => Number(round[field])))
  const ratios = rounds.flatMap(({ committedPerSecond }, index) => {
    const base = stock[index]?.committedPerSecond
    return base === undefined ? [] : [committedPerSecond / base]
  })
  const kinds = Object.keys(rounds[0]?.cpuByKind ?? {})
  const cpu = kinds.map((kind) => {
    const ms = median(rounds.map(({ cpuByKind }) => cpuByKind[kind] ?? 0))
    return `${kind} ${String(Math.round(ms * 1_000))}`
  })
  return {
    scenario: name,
    ...engineFields(options),
    clients,
    committedPerSecond: middle('committedPerSecond'),
    abortedPercent: middle('abortedPercent'),
    refusedPercent: middle('refusedPercent'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cpuMsPerPosting: rounded(middle('cpuMsPerPosting'), 1_000),
    ratioToStock: ratios.length === 0 ? 'none' : rounded(median(ratios), 100),
    conserved: rounds.every(({ conserved }) => conserved),
    refusals: rounds.at(-1)?.refusals ?? 'none',
    cpuUsPerPosting: cpu.join(', '),
    rounds: rounds.length,
  }
}
