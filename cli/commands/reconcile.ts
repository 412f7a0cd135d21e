import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { ReconciliationSummary, TakenRun } from '../../reconciliation/index.ts'
import {
  BreakRegister,
  readFoundBreaks,
  readPolicy,
  readMapping,
  readRules,
  reconcile,
  ReconciliationProblem,
} from '../../reconciliation/index.ts'
import { PlainError } from '../plain-error.ts'
import { runBar } from '../run-bar.ts'

interface ReconcileFlags {
  readonly map: readonly string[]
  readonly out: string
  readonly rules?: string
  readonly comparedWith?: string
  readonly before?: string
  readonly register?: string
  readonly source?: string
  readonly policy?: string
  readonly json: boolean
}

/** `reconcile LEFT RIGHT`: compares two files line by line and tells every difference. */
export function addReconcileCommand(program: Command): void {
  program
    .command('reconcile')
    .description(
      'compare two files line by line 对账: what matches, and every break with its class; ' +
        'how the columns of a file are read says its mapping file (docs/reconciliation.md)',
    )
    .argument('<left>', 'file of the channel, the bank or the merchant')
    .argument('<right>', 'file that it is compared with')
    .requiredOption(
      '--map <file...>',
      'mapping file of the left file, and of the right one; one for both',
    )
    .requiredOption(
      '--out <dir>',
      'folder for the results; there must be none of another run in it',
    )
    .option('--rules <file>', 'how lines without a common reference are matched, and which wait')
    .option(
      '--compared-with <file>',
      'other rules: tells how many matches the new ones gain and lose',
    )
    .option('--before <dir>', 'results of the run before: what it has left open is looked at again')
    .option('--register <file>', 'follow the breaks over runs in this file (tallystick breaks)')
    .option('--source <name>', 'what is reconciled again and again, such as bank-file')
    .option('--policy <file>', 'who owns breaks, when they are due, and who may write off what')
    .option('--json', 'print the summary as one JSON object instead of text', false)
    .action(async (left: string, right: string, flags: ReconcileFlags) => {
      process.exitCode = await runReconcile(left, right, flags)
    })
}

/** 1 when there is a break or a line that cannot be read. */
async function runReconcile(left: string, right: string, flags: ReconcileFlags): Promise<number> {
  const { out, json } = flags
  const interruption = new AbortController()
  process.once('SIGINT', () => interruption.abort())
  try {
    const inputs = inputsOf(left, right, flags)
    const following = followingOf(flags)
    const bar = runBar()
    const summary = await reconcile({
      ...inputs,
      out,
      before: following?.before ?? flags.before,
      onProgress: bar.update,
      signal: interruption.signal,
    }).finally(bar.stop)
    const register = await following?.take(summary)
    if (json) console.log(JSON.stringify({ ...summary, ...(register && { register }) }))
    else show(summary, out, register)
    return isClean(summary) ? 0 : 1
  } catch (error) {
    if (error instanceof ReconciliationProblem) throw new PlainError(error.message)
    throw error
  }
}

function inputsOf(left: string, right: string, { map, rules, comparedWith }: ReconcileFlags) {
  if (map.length > 2) throw new PlainError('Give one mapping file for both sides, or two.')
  const [leftMap = '', rightMap = leftMap] = map
  return {
    left: { path: left, mapping: readMapping(leftMap) },
    right: { path: right, mapping: readMapping(rightMap) },
    rules: rules === undefined ? undefined : readRules(rules),
    comparedWith: comparedWith === undefined ? undefined : readRules(comparedWith),
  }
}

/** The register that a run goes into, and what the run before has left open. */
function followingOf({ register: path, source, policy: policyPath, before, out }: ReconcileFlags) {
  if (path === undefined) return undefined
  if (source === undefined || policyPath === undefined) {
    throw new PlainError('With --register give --source and --policy as well.')
  }
  if (before !== undefined) {
    throw new PlainError('The register knows the run before; leave out --before.')
  }
  const policy = readPolicy(policyPath)
  const register = new BreakRegister(path)
  return {
    before: register.lastRun(source),
    take: async ({ lastDay }: ReconciliationSummary): Promise<TakenRun> => {
      const day = lastDay ?? new Date().toISOString().slice(0, 10)
      const run = { source, day, out: resolve(out) }
      const taken = register.takeRun(run, await readFoundBreaks(run), policy)
      register.close()
      return taken
    },
  }
}

function describe({ found, closed, open }: TakenRun): string {
  return `${String(found)} new breaks, ${String(closed)} closed by this run, ${String(open)} open`
}

function isClean({ left, right, breaks }: ReconciliationSummary): boolean {
  const found = Object.values(breaks).reduce((sum, lines) => sum + lines, 0)
  return found + left.rejected + right.rejected === 0
}

function show(summary: ReconciliationSummary, out: string, register: TakenRun | undefined): void {
  const { left, right, matched, breaks, impact, result } = summary
  for (const [side, { lines, rejected, sums, tree }] of Object.entries({ left, right })) {
    const totals = Object.entries(sums).map(([asset, amount]) => `${asset} ${amount}`)
    console.log(`${side.padEnd(6)} ${String(lines)} lines, ${String(rejected)} cannot be read`)
    console.log(`       sums ${totals.join(', ')}; root ${tree.root}`)
  }
  console.log(`matched ${String(matched)}`)
  for (const [rule, matches] of Object.entries(summary.matchedByRule)) {
    console.log(`  by ${rule.padEnd(13)}${String(matches).padStart(10)}`)
  }
  const { carried, waiting, preview } = summary
  if (preview !== undefined) {
    console.log(`  gained ${String(preview.gained)}, lost ${String(preview.lost)} by these rules`)
  }
  if (waiting > 0) console.log(`waiting ${String(waiting)} for the next run`)
  if (carried.lines > 0) {
    console.log(`of ${String(carried.lines)} from before, ${String(carried.matched)} are matched`)
  }
  for (const [name, lines] of Object.entries(breaks)) {
    if (lines > 0) console.log(`  ${name.padEnd(16)}${String(lines).padStart(10)}`)
  }
  for (const [asset, amount] of Object.entries(impact)) {
    if (amount !== '0') console.log(`  left less right in ${asset}: ${amount}`)
  }
  console.log(`root of the breaks ${result.root}`)
  if (register !== undefined) {
    console.log(`In the register: ${describe(register)}. Next: tallystick breaks list.`)
  }
  console.log(`Next: look at ${out}/breaks.csv and ${out}/rejects.csv.`)
}
