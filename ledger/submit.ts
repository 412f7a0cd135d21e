import { Type } from 'typebox'
import { BatchState } from './batch-state.ts'
import type { StateWrite } from './batch-state.ts'
import type { CallContext, Cryptography, StateReader } from './capabilities.ts'
import { cycleName } from './business-date.ts'
import { LedgerError } from './errors.ts'
import { AccountIdText, PointsAssetIdText, TransactionIdText } from './identifiers.ts'
import type { Outcome, PublishedEntry } from './judge.ts'
import { judge } from './judge.ts'
import { actorKey, commandKey, holdingKey, ledgerKey, organisationsKey } from './keys.ts'
import { LANES } from './lanes.ts'
import { netDebitKeys } from './net-debit.ts'
import type { PlacedEntry } from './publication.ts'
import type { ReadContext, SubjectReader } from './rule.ts'
import type { ShapedCommand } from './shape.ts'
import { shapeCommand, shapeOf } from './shape.ts'

export const MAX_COMMANDS = 1_000
export const MAX_FOLDED_CREDITS = 10_000

/** What one Fabric transaction carries. Each command is checked, judged and answered by itself. */
export const SubmitText = Type.Object(
  {
    lane: Type.Integer({ minimum: 0, maximum: LANES - 1 }),
    fold: Type.Array(
      Type.Object(
        {
          account: AccountIdText,
          asset: PointsAssetIdText,
          transactions: Type.Array(TransactionIdText, { maxItems: MAX_FOLDED_CREDITS }),
          complete: Type.Boolean({
            description: 'false: the holding has more credits, and these are the oldest',
          }),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_COMMANDS },
    ),
    commands: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_COMMANDS }),
  },
  { additionalProperties: false },
)

export type SubmitRequest = Type.Static<typeof SubmitText>

/** What a transaction is to write, publish and answer. Without writes it need not be ordered. */
export interface SubmitResult {
  readonly outcomes: readonly Outcome[]
  readonly writes: readonly StateWrite[]
  readonly published: readonly (PublishedEntry & PlacedEntry)[]
}

export interface SubmitPorts extends StateReader, Cryptography {}

const checkSubmit = shapeOf(SubmitText)

/** Parses the request of a Submit. Throws SUBMIT_MALFORMED. */
export function parseSubmit(requestJson: string): SubmitRequest {
  let value: unknown
  try {
    value = JSON.parse(requestJson)
  } catch {
    throw new LedgerError('SUBMIT_MALFORMED', { problem: 'not JSON' })
  }
  const checked = checkSubmit(value)
  if (!checked.ok) throw new LedgerError('SUBMIT_MALFORMED', checked.detail)
  return checked.value
}

/**
 * Runs a batch of commands over the ledger: reads everything that they declare, judges them one
 * after the other over one buffered state, and returns outcomes in their order.
 * Point reads only. Throws SUBMIT_MALFORMED.
 */
export async function submit(
  request: SubmitRequest,
  ports: SubmitPorts,
  call: CallContext,
): Promise<SubmitResult> {
  const shapes = request.commands.map(shapeCommand)
  const shaped = shapes.flatMap((shape) => (shape.ok ? [shape.shaped] : []))
  const state = new BatchState(call.transactionId)
  const organisation = call.caller.organisation
  const context: ReadContext = { organisation, lane: request.lane, sha256: ports.sha256 }
  const dependent = await loadReadSet(shaped, request, state, ports, context)

  const { sha256, verifyP256 } = ports
  const judgeContext = { ...call, sha256, verifyP256, lane: request.lane }
  const published: (PublishedEntry & PlacedEntry)[] = []
  const outcomes: Outcome[] = []
  let capsBasis: readonly unknown[] = []
  for (const [index, shape] of shapes.entries()) {
    if (!shape.ok) {
      outcomes.push(malformedOutcome(request.commands[index], shape.detail))
      continue
    }
    const command = shape.shaped
    if (command.rule.clears === true) {
      const basis = [state.get(ledgerKey), state.get(organisationsKey)]
      // Of a thousand commands hardly one rolls the cycle or brings in an organisation.
      if (basis.some((record, at) => record !== capsBasis[at])) {
        await load(netDebitNames(state, context), state, ports)
        capsBasis = basis
      }
    }
    // What it is about may have been made or changed by a command before it.
    if (dependent.has(command)) await load(readSet(command, state, context).names, state, ports)
    const judgement = judge(command, state, judgeContext)
    if (judgement.published !== undefined) published.push({ ...judgement.published, index })
    outcomes.push(judgement.outcome)
  }
  return { outcomes, writes: state.writes(), published }
}

/**
 * Two rounds: what the commands are about, then what depends on that. Returns the commands of which
 * the read set hangs on what they are about.
 */
async function loadReadSet(
  shaped: readonly ShapedCommand[],
  request: SubmitRequest,
  state: BatchState,
  reader: StateReader,
  context: ReadContext,
): Promise<ReadonlySet<ShapedCommand>> {
  const subjects = shaped.flatMap(({ command, rule }) => rule.subjects(command.body))
  const clears = shaped.some(({ rule }) => rule.clears === true)
  const fixed = clears ? [ledgerKey, organisationsKey] : [ledgerKey]
  await load(
    [...fixed, ...subjects].map(({ name }) => name),
    state,
    reader,
  )
  const foldedCredits = request.fold.reduce((sum, { transactions }) => sum + transactions.length, 0)
  if (foldedCredits > MAX_FOLDED_CREDITS) {
    throw new LedgerError('SUBMIT_MALFORMED', { at: '/fold', problem: 'too many credits' })
  }
  const named = request.fold.flatMap((fold) => state.nameCredits(fold))
  const sets = shaped.map((command) => ({ command, ...readSet(command, state, context) }))
  const caps = clears ? netDebitNames(state, context) : []
  await load([...sets.flatMap(({ names }) => names), ...named, ...caps], state, reader)
  return new Set(sets.flatMap(({ command, isDependent }) => (isDependent ? [command] : [])))
}

/** What caps on net debit take: of every organisation, for the cycle that the ledger is in. */
function netDebitNames(state: BatchState, context: ReadContext): string[] {
  const cycle = state.get(ledgerKey)?.cycle
  if (cycle === undefined) return []
  const organisations = state.get(organisationsKey) ?? []
  return netDebitKeys(organisations, context, cycleName(cycle)).map(({ name }) => name)
}

async function load(
  names: readonly string[],
  state: BatchState,
  reader: StateReader,
): Promise<void> {
  const missing = [...new Set(names)].filter((name) => !state.isLoaded(name))
  if (missing.length > 0) state.load(missing, await reader.readMany(missing))
}

/** Names of all keys that judging a command may look at, and whether they hang on its subjects. */
function readSet(
  { command, proofs, rule }: ShapedCommand,
  state: BatchState,
  context: ReadContext,
): { readonly names: readonly string[]; readonly isDependent: boolean } {
  let isDependent = false
  const subject: SubjectReader = (key) => {
    isDependent = true
    return state.get(key)
  }
  const keys = [
    commandKey(command.actor, command.id),
    ...proofs.map((proof) => actorKey(proof.actor)),
    ...rule.debits(command.body).map(({ account, asset }) => holdingKey(account, asset)),
    ...rule.reads(command, context, subject),
  ]
  return { names: keys.map(({ name }) => name), isDependent }
}

/** The answer to something that is no command; it names what it can. */
export function malformedOutcome(
  value: unknown,
  detail: Readonly<Record<string, string>>,
): Outcome {
  const name = commandNameOf(value)
  return { status: 'refused', ...name, replayed: false, code: 'COMMAND_MALFORMED', detail }
}

/** Actor and id of what may be a signed command; empty where there is none. */
export function commandNameOf(value: unknown): { readonly actor: string; readonly id: string } {
  const command = memberOf(value, 'command')
  const actor = memberOf(command, 'actor')
  const id = memberOf(command, 'id')
  return { actor: typeof actor === 'string' ? actor : '', id: typeof id === 'string' ? id : '' }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
