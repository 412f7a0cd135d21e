import type { Command } from 'commander'
import { Type } from 'typebox'
import { BusinessDateText, EntryText, shapeOf } from '../../ledger/index.ts'
import type { RegisteredBreak } from '../../reconciliation/index.ts'
import { BreakRegister, readPolicy, ReconciliationProblem } from '../../reconciliation/index.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { PlainError } from '../plain-error.ts'

/** What both sides have to sign before it is posted: only such an entry closes a break. */
const SIGNED_BY_BOTH = ['PostAdjustment', 'ReverseEntry']

const EntryRead = Type.Object({ entry: EntryText })

const isDate = shapeOf(Type.Object({ date: BusinessDateText }))

interface ActFlags {
  readonly register: string
  readonly policy: string
  readonly by: string
}

interface CloseFlags extends ActFlags {
  readonly reason: string
  readonly entry?: string
  readonly org?: string
  readonly data: string
}

/** `breaks`: who looks after what has been found, and how it ended. */
export function addBreaksCommand(program: Command): void {
  const breaks = program
    .command('breaks')
    .description('follow breaks 差错 over runs: owner, due day, history, and how they are closed')
  breaks
    .command('list')
    .description('tell breaks, the first due first')
    .requiredOption('--register <file>', 'the register that `reconcile --register` has written')
    .option('--source <name>', 'only those of one source')
    .option('--status <status>', 'open, explained, adjusted, matched or reclassified')
    .option('--json', 'print one JSON array instead of text', false)
    .action(list)
  breaks
    .command('show')
    .description('tell a break with all that has come of it, as JSON')
    .argument('<id>')
    .requiredOption('--register <file>')
    .action((id: string, { register }: { register: string }) => {
      withRegister(register, (opened) => console.log(JSON.stringify(opened.read(id), undefined, 2)))
    })
  act(breaks.command('assign').description('give a break to somebody').argument('<id>'))
    .requiredOption('--owner <person>', 'who looks after it from now on')
    .action((id: string, flags: ActFlags & { owner: string }) => {
      change(flags, (register, policy) => register.assign(id, flags.owner, flags.by, policy))
    })
  act(breaks.command('postpone').description('put off the day it is due').argument('<id>'))
    .requiredOption('--until <date>', 'the day it is due instead')
    .requiredOption('--reason <words>', 'why')
    .action((id: string, flags: ActFlags & { until: string; reason: string }) => {
      const { until, reason, by } = flags
      if (!isDate({ date: until }).ok)
        throw new PlainError(`${until} is no date; write 2026-12-31.`)
      change(flags, (register, policy) => register.postpone(id, until, reason, by, policy))
    })
  act(
    breaks.command('close').description('close a break, by words or by an entry').argument('<id>'),
  )
    .requiredOption('--reason <words>', 'what it was')
    .option('--entry <hash>', 'the adjusting entry; without it what it comes to is written off')
    .option('--org <name>', 'whose gateway knows the entry')
    .option('--data <dir>', 'folder where `npm start` keeps its data', '.tallystick')
    .action(closeBreak)
}

function act(command: Command): Command {
  return command
    .requiredOption('--register <file>')
    .requiredOption('--policy <file>', 'who may do what (docs/reconciliation.md)')
    .requiredOption('--by <person>', 'who does it, as the policy names people')
}

function list(flags: { register: string; source?: string; status?: string; json: boolean }): void {
  withRegister(flags.register, (register) => {
    const found = register.list(flags)
    if (flags.json) console.log(JSON.stringify(found))
    else for (const one of found) console.log(lineOf(one))
    if (!flags.json)
      console.log(`${String(found.length)} breaks. Next: tallystick breaks close ID.`)
  })
}

function lineOf({ id, source, dueOn, owner, status, ...found }: RegisteredBreak): string {
  const impact = Object.entries(found.impact).map(([asset, amount]) => `${asset} ${amount}`)
  return [id, source, dueOn, owner, status, found.class, found.reference, impact.join(', ')].join(
    '  ',
  )
}

async function closeBreak(id: string, flags: CloseFlags): Promise<void> {
  const { entry, reason, by } = flags
  if (entry !== undefined) await checkEntry(entry, flags)
  change(flags, (register, policy) => {
    if (entry === undefined) register.explain(id, reason, by, policy)
    else register.adjust(id, entry, reason, by, policy)
  })
}

/** The entry has to stand on the ledger, signed by both sides. */
async function checkEntry(hash: string, { org, data }: CloseFlags): Promise<void> {
  if (org === undefined) throw new PlainError('With --entry give --org: whose gateway knows it.')
  const gateway = gatewayOf(openGateways(data), org)
  const { entry } = await gateway.read(`/entries/${encodeURIComponent(hash)}`, EntryRead)
  if (SIGNED_BY_BOTH.includes(entry.type)) return
  const kinds = SIGNED_BY_BOTH.join(' or ')
  throw new PlainError(
    `The entry is a ${entry.type}; only ${kinds}, which both sign, closes a break.`,
  )
}

type Policy = ReturnType<typeof readPolicy>

function change(flags: ActFlags, work: (register: BreakRegister, policy: Policy) => void): void {
  withRegister(flags.register, (register) => work(register, readPolicy(flags.policy)))
  console.log('Done. Next: tallystick breaks list --status open.')
}

function withRegister(path: string, work: (register: BreakRegister) => void): void {
  try {
    const register = new BreakRegister(path)
    try {
      work(register)
    } finally {
      register.close()
    }
  } catch (error) {
    if (error instanceof ReconciliationProblem) throw new PlainError(error.message)
    throw error
  }
}
