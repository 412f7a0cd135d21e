import { Command, InvalidArgumentError, Option } from 'commander'
import type { EngineName } from '../../network/engine.ts'
import { TestNetwork } from '../support/test-network.ts'
import type { ModelRun } from './model-run.ts'
import { runModel } from './model-run.ts'
import { runModelOn } from './network-model.ts'

await new Command('npm run model --')
  .description(
    'Tries random commands of every type and looks whether the books ever contradict themselves.',
  )
  .addOption(
    new Option('--engine <name>', 'on the rules alone, or on a network of its own')
      .choices(['none', 'embedded', 'fabric'])
      .default('none'),
  )
  .option('--commands <number>', 'how many', whole, 1_000_000)
  .option('--seed <number>', 'where it starts; the same seed does the same', whole, 1)
  .option('--json', 'one JSON line instead of a table', false)
  .showHelpAfterError()
  .action(async ({ engine, commands, seed, json }: Options) => {
    const started = performance.now()
    let told = 0
    const onProgress = (done: number): void => {
      if (done < told + commands / 20) return
      told = done
      console.error(`${String(done)} of ${String(commands)} commands …`)
    }
    const run = await played(engine, { commands, seed, onProgress })
    const seconds = Math.round((performance.now() - started) / 1_000)
    const { verdicts, violations, episodes } = run
    const sums = { commands: run.commands, episodes, seconds, violations: violations.length }
    if (json)
      console.log(JSON.stringify({ ...sums, found: violations, verdicts: sorted(verdicts) }))
    else {
      console.table(sorted(verdicts))
      console.log(sums)
      for (const violation of violations) console.log(violation)
    }
    if (violations.length > 0) process.exitCode = 1
    else console.error('No invariant was violated. Another --seed tries other commands.')
  })
  .parseAsync()

interface Options {
  readonly engine: 'none' | EngineName
  readonly commands: number
  readonly seed: number
  readonly json: boolean
}

async function played(
  engine: Options['engine'],
  { commands, seed, onProgress }: Parameters<typeof runModelOn>[1],
): Promise<ModelRun> {
  if (engine === 'none') {
    return await runModel({ commands, seed, ...(onProgress && { onEpisode: onProgress }) })
  }
  const net = await TestNetwork.start({ engine })
  try {
    return await runModelOn(net, { commands, seed, ...(onProgress && { onProgress }) })
  } finally {
    await net.stop()
  }
}

function sorted(verdicts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function whole(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('it is a whole number above 0')
}
