import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { ENGINES } from '../network/engine.ts'
import { NetworkFailure } from '../network/fabric/network-failure.ts'
import { FAULTS } from '../test/support/fabric-faults.ts'
import type { BenchOptions, Measurement } from './measurement.ts'
import { benchAuction } from './scenarios/auction.ts'
import { benchBalance } from './scenarios/balance.ts'
import { benchClose } from './scenarios/close.ts'
import { benchDay, DATES } from './scenarios/day.ts'
import { benchFairness } from './scenarios/fairness.ts'
import { benchGrowth } from './scenarios/growth.ts'
import { benchOverload } from './scenarios/overload.ts'
import { benchPacket } from './scenarios/packet.ts'
import { benchPoison } from './scenarios/poison.ts'
import { benchProjection } from './scenarios/projection.ts'
import { benchReconcile } from './scenarios/reconcile.ts'
import { benchRules } from './scenarios/rules.ts'
import { benchRush } from './scenarios/rush.ts'
import { benchThroughput, THROUGHPUT_SCENARIOS } from './scenarios/throughput.ts'
import { machine, versions } from './surroundings.ts'

/** Without a network, or on one that they start themselves; run so many times. */
const REPEATED: Readonly<Record<string, (options: BenchOptions) => Promise<Measurement>>> = {
  rules: benchRules,
  projection: benchProjection,
  day: benchDay,
  reconcile: benchReconcile,
  close: benchClose,
}

/** A line for each of their steps. */
const STEPS: Readonly<Record<string, (options: BenchOptions) => AsyncGenerator<Measurement>>> = {
  growth: benchGrowth,
  balance: benchBalance,
  overload: benchOverload,
  poison: benchPoison,
  fairness: benchFairness,
  rush: benchRush,
  auction: benchAuction,
  packet: benchPacket,
}

const NAMES = [
  ...Object.keys(REPEATED),
  'throughput',
  ...THROUGHPUT_SCENARIOS,
  ...Object.keys(STEPS),
]

await new Command('npm run bench --')
  .description(`Measures, side by side on a fresh network, and prints a table.

  rules       judging signed transfers, without Fabric
  projection  what a gateway does with a block, without Fabric
  day         a trading day
  reconcile   two files with errors of every class, without a network
  close       a cycle among fifty members, without Fabric
  throughput  ${THROUGHPUT_SCENARIOS.join(', ')}, in turn
  growth      the same load with more and more accounts, entries and blocks
  balance     reading an account with more and more uncompacted deltas
  overload    ten times what it can take, for a while
  poison      bulk load with and without a hostile member
  fairness    single transfers with and without a client that floods
  rush        everybody wants one of a thousand coupons
  auction     everybody bids for the same thing
  packet      everybody wants a share of the same red packet`)
  .addArgument(new Argument('<name>', 'what to measure').choices(NAMES))
  .addOption(new Option('--engine <name>').choices([...ENGINES]).default('embedded'))
  .addOption(new Option('--orderer <type>').choices(['bft', 'raft']).default('bft'))
  .option('--port <number>', "the first of Fabric's ports", wholeUpTo(65_000), 21_400)
  .option('--rounds <number>', 'how often each is run; medians are printed', wholeUpTo(100), 5)
  .option('--minutes <number>', 'of overload; and of making blocks, for growth', wholeUpTo(120), 5)
  .option('--factor <number>', 'how many times the data grows', wholeUpTo(1_000), 100)
  .option(
    '--deltas <number>',
    'uncompacted, of the account in balance',
    wholeUpTo(100_000),
    100_000,
  )
  .option('--entries <number>', 'of the cycle, for close', wholeUpTo(2_000_000), 1_000_000)
  .option('--lines <number>', 'of each file, for reconcile', wholeUpTo(20_000_000), 2_000_000)
  .addOption(
    new Option('--date <date>', 'of the trading day').choices([...DATES]).default(DATES[0]),
  )
  .addOption(
    new Option('--fault <kind>', 'in the middle of the day on Fabric')
      .choices([...FAULTS])
      .default('none'),
  )
  .option('--json', 'one JSON line for each scenario or step', false)
  .showHelpAfterError()
  .action(benchOrExplain)
  .parseAsync()

type Options = Omit<BenchOptions, 'report'> & { readonly json: boolean }

async function benchOrExplain(name: string, options: Options): Promise<void> {
  try {
    await bench(name, options)
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

async function bench(name: string, options: Options): Promise<void> {
  const surroundings = { machine: machine(), versions: await versions(options.engine) }
  const lines: Measurement[] = []
  for await (const measurement of measure(name, { ...options, report })) {
    const line = { ...measurement, ...surroundings }
    lines.push(line)
    if (options.json) console.log(JSON.stringify(line))
  }
  if (!options.json) printTable(lines)
}

/** Progress is no part of the result. */
function report(line: string): void {
  console.error(line)
}

async function* measure(name: string, options: BenchOptions): AsyncGenerator<Measurement> {
  const [run, steps] = [REPEATED[name], STEPS[name]]
  if (steps !== undefined) yield* steps(options)
  else if (run === undefined) {
    yield* await benchThroughput({ ...options, only: name === 'throughput' ? [] : [name] })
  } else {
    for (let round = 0; round < options.rounds; round += 1) {
      yield { scenario: name, ...(await run(options)) }
    }
  }
}

function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= 1 && value <= most) return value
    throw new InvalidArgumentError(`it is a whole number from 1 to ${String(most)}`)
  }
}

/** What is the same on all lines stands below the table. */
function printTable(lines: readonly Measurement[]): void {
  const [first = {}] = lines
  const shared = Object.keys(first).filter((key) =>
    lines.every((line) => lines.length > 1 && line[key] === first[key]),
  )
  console.table(
    lines.map((line) =>
      Object.fromEntries(Object.entries(line).filter(([key]) => !shared.includes(key))),
    ),
  )
  for (const key of shared) console.log(`${key}: ${String(first[key])}`)
}
