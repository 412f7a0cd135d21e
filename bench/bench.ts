import { cpus } from 'node:os'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import type { OrderingType } from '../network/consortium-file.ts'
import type { EngineName } from '../network/engine.ts'
import { ENGINES } from '../network/engine.ts'
import { benchDay } from './scenarios/day.ts'
import { benchRules } from './scenarios/rules.ts'
import { benchThroughput, THROUGHPUT_SCENARIOS } from './scenarios/throughput.ts'

/** One measured figure set; every scenario prints one such line. */
export type Measurement = Readonly<Record<string, string | number | boolean>>

interface BenchOptions {
  readonly engine: EngineName
  readonly orderer: OrderingType
  readonly rounds: number
  readonly json: boolean
}

const NAMES = ['rules', 'day', 'throughput', ...THROUGHPUT_SCENARIOS]

await new Command('npm run bench --')
  .description(`Measures, side by side on a fresh network, and prints a table.

  rules       judging signed transfers, without Fabric
  day         the trading day
  throughput  ${THROUGHPUT_SCENARIOS.join(', ')}, in turn`)
  .addArgument(new Argument('<name>', 'what to measure').choices(NAMES))
  .addOption(new Option('--engine <name>').choices([...ENGINES]).default('embedded'))
  .addOption(new Option('--orderer <type>').choices(['bft', 'raft']).default('bft'))
  .option('--rounds <number>', 'how often each is run; medians are printed', parseRounds, 5)
  .option('--json', 'one JSON line for each scenario', false)
  .showHelpAfterError()
  .action(bench)
  .parseAsync()

async function bench(name: string, options: BenchOptions): Promise<void> {
  const measurements = await measure(name, options)
  const machine = `${String(cpus().length)} × ${cpus()[0]?.model ?? 'unknown'}`
  const versions = `node ${process.version}`
  const lines = measurements.map((measurement) => ({ ...measurement, machine, versions }))
  if (options.json) for (const line of lines) console.log(JSON.stringify(line))
  else printTable(lines)
}

async function measure(name: string, options: BenchOptions): Promise<readonly Measurement[]> {
  if (name === 'rules' || name === 'day') {
    const run = name === 'rules' ? benchRules : benchDay
    const lines: Measurement[] = []
    for (let round = 0; round < options.rounds; round += 1) {
      lines.push({ scenario: name, ...(await run()) })
    }
    return lines
  }
  const only = name === 'throughput' ? [] : [name]
  return await benchThroughput({ ...options, only, report })
}

/** Progress is no part of the result. */
function report(line: string): void {
  console.error(line)
}

function parseRounds(text: string): number {
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 100) return rounds
  throw new InvalidArgumentError('rounds are a whole number from 1 to 100')
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
