import { Command, InvalidArgumentError } from 'commander'
import { runModel } from './model-run.ts'

await new Command('npm run model --')
  .description(
    'Tries random commands of every type on the rules alone and looks whether the books ever contradict themselves.',
  )
  .option('--commands <number>', 'how many', whole, 1_000_000)
  .option('--seed <number>', 'where it starts; the same seed does the same', whole, 1)
  .option('--json', 'one JSON line instead of a table', false)
  .showHelpAfterError()
  .action(async ({ commands, seed, json }: { commands: number; seed: number; json: boolean }) => {
    const started = performance.now()
    let told = 0
    const run = await runModel({
      commands,
      seed,
      onEpisode: (done) => {
        if (done < told + commands / 20) return
        told = done
        console.error(`${String(done)} of ${String(commands)} commands …`)
      },
    })
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

function sorted(verdicts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function whole(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new InvalidArgumentError('it is a whole number above 0')
}
