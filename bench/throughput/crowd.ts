import { seededRandom } from '../../data/seeded-random.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { ORGANISATIONS } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { engineFields, rounded } from '../measurement.ts'
import { startBenchNetwork } from './bench-network.ts'
import { invalidPercent, validationCodes } from './gateway-figures.ts'
import { median } from './latencies.ts'
import { areBooksConserved } from './ledger-checks.ts'
import type { LoadResult } from './loads.ts'
import { singleLoad } from './loads.ts'
import type { Load } from './world.ts'
import { BenchWorld, textsOf } from './world.ts'

/** Something that everybody wants at once. */
export interface Crowd {
  readonly scenario: string
  /** Once, before the first round. */
  readonly prepare?: (world: BenchWorld) => Promise<void>
  /** Puts up what is wanted in a round, and makes each member's command for it. */
  readonly open: (
    world: BenchWorld,
    round: number,
  ) => Promise<(member: string, place: number) => SignedCommand>
  /** How many of a round's commands are to be accepted, where that is certain. */
  readonly winners?: number
}

const MEMBERS = 3_000
const CLIENTS = 500

interface Round extends LoadResult {
  readonly abortedPercent: number
}

/**
 * Every member sends one command for the same thing, each through the gateway of his own
 * organisation, 500 at a time. Throws when more or fewer have got it than there was.
 */
export async function* benchCrowd(
  crowd: Crowd,
  options: BenchOptions,
): AsyncGenerator<Measurement> {
  const network = await startBenchNetwork(options)
  const { gateways } = network
  try {
    options.report('Opening the ledger and funding its members …')
    const world = await BenchWorld.open(gateways, MEMBERS, seededRandom(1))
    await crowd.prepare?.(world)
    const rounds: Round[] = []
    for (let number = 1; number <= options.rounds; number += 1) {
      const make = await crowd.open(world, number)
      const load = loadOf(world.everybody, make)
      const before = await validationCodes(gateways)
      const result = await singleLoad(gateways, load, CLIENTS)
      const abortedPercent = invalidPercent(before, await validationCodes(gateways))
      if (result.accepted !== (crowd.winners ?? result.accepted)) {
        throw new Error(`${result.accepted} were accepted instead of ${crowd.winners}`)
      }
      rounds.push({ ...result, abortedPercent })
      const answered = perSecond(result)
      options.report(`${String(number)}/${String(options.rounds)}  ${String(answered)} answers/s`)
    }
    const conserved = await areBooksConserved(gateways)
    yield { ...summary(crowd, rounds), ...engineFields(options), conserved }
  } finally {
    await network.stop()
  }
}

function loadOf(
  members: readonly string[],
  make: (member: string, place: number) => SignedCommand,
): Load {
  const load: Record<string, string[]> = {}
  for (const organisation of ORGANISATIONS) load[organisation] = []
  for (const [place, member] of members.entries()) {
    const [organisation = ''] = member.split(':')
    load[organisation]?.push(...textsOf([make(member, place)]))
  }
  return load as unknown as Load
}

function perSecond({ accepted, refused, elapsedMs }: LoadResult): number {
  return rounded(((accepted + refused) * 1_000) / elapsedMs)
}

function summary({ scenario }: Crowd, rounds: readonly Round[]): Measurement {
  const middle = (value: (round: Round) => number): number => median(rounds.map(value))
  return {
    scenario,
    clients: CLIENTS,
    answeredPerSecond: middle(perSecond),
    accepted: middle(({ accepted }) => accepted),
    refused: middle(({ refused }) => refused),
    refusals: JSON.stringify(rounds.at(-1)?.codes ?? {}),
    abortedPercent: middle(({ abortedPercent }) => abortedPercent),
    p50Ms: middle(({ latencies }) => latencies.quantile(0.5)),
    p99Ms: middle(({ latencies }) => latencies.quantile(0.99)),
    rounds: rounds.length,
  }
}
