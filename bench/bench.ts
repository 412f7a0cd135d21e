import { cpus } from 'node:os'
import { Argument, Command } from 'commander'
import { benchDay } from './scenarios/day.ts'
import { benchRules } from './scenarios/rules.ts'

/** One measured figure set; every scenario prints one such line. */
export type Measurement = Readonly<Record<string, string | number | boolean>>

const SCENARIOS: Readonly<Record<string, () => Promise<Measurement>>> = {
  rules: benchRules,
  day: benchDay,
}

const program = new Command('npm run bench --')
  .description(`Measures. Scenarios: ${Object.keys(SCENARIOS).join(', ')}.`)
  .addArgument(
    new Argument('[scenario]', 'one scenario; without it, all in turn').choices(
      Object.keys(SCENARIOS),
    ),
  )
  .option('--json', 'one JSON line per run', false)
  .option('--runs <number>', 'how often each is run', '3')
  .action(async (scenario: string | undefined, options: { json: boolean; runs: string }) => {
    const names = scenario === undefined ? Object.keys(SCENARIOS) : [scenario]
    const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
    for (const name of names) {
      const run = SCENARIOS[name] as () => Promise<Measurement>
      for (let count = 0; count < Number(options.runs); count += 1) {
        print({ scenario: name, ...(await run()), machine, node: process.version }, options.json)
      }
    }
  })

await program.parseAsync()

function print(measurement: Measurement, isJson: boolean): void {
  if (isJson) console.log(JSON.stringify(measurement))
  else console.table(measurement)
}
