import { cycleName } from './business-date.ts'
import type { BatchState } from './batch-state.ts'
import type { CallContext, Cryptography } from './capabilities.ts'
import type { Command } from './command.ts'
import { bodyText, contentText, signingText } from './command.ts'
import type { Entry } from './entry.ts'
import { canonicalEntry } from './entry.ts'
import type { ErrorDetail, LedgerErrorCode, Refusal } from './errors.ts'
import { ERROR_TABLE, refuse } from './errors.ts'
import { isOrganisation } from './identifiers.ts'
import { actorKey, commandKey, ledgerKey } from './keys.ts'
import { withinNetDebitCaps } from './net-debit.ts'
import { assertBalanced } from './posting.ts'
import type { Ledger, RecordedOutcome } from './records.ts'
import type { Acceptance, DecisionContext, Signer } from './rule.ts'
import type { ShapedCommand } from './shape.ts'

/** What became of a command, as `Submit` answers it. */
export type Outcome =
  | {
      readonly status: 'accepted'
      readonly actor: string
      readonly id: string
      readonly replayed: boolean
      readonly entryHash?: string
    }
  | {
      readonly status: 'refused'
      readonly actor: string
      readonly id: string
      readonly replayed: boolean
      readonly code: LedgerErrorCode
      readonly detail: ErrorDetail
    }

/** An entry that a command made. `hash` is the SHA-256 of its canonical JSON. */
export interface PublishedEntry {
  readonly hash: string
  readonly entry: Entry
  readonly traceparent?: string
}

export interface Judgement {
  readonly outcome: Outcome
  readonly published?: PublishedEntry
}

export interface JudgeContext extends CallContext, Cryptography {
  readonly lane: number
}

/** A ledger that is not open lets only OpenLedger through, and that needs no calendar. */
const UNOPENED: Ledger = { ledgerId: '', cycle: { date: '', number: 0 } }

/**
 * Judges one command and applies it if it is accepted. Refusals come in a fixed order: ledger →
 * idempotency → proof → actor → date, then those of the command's own rule,
 * and last the caps on net debit. Synchronous; touches
 * nothing but `state`.
 */
export function judge(shaped: ShapedCommand, state: BatchState, context: JudgeContext): Judgement {
  const { command } = shaped
  const misplaced = checkLedger(command, state, context)
  if (misplaced !== undefined) return refused(command, misplaced)
  const body = bodyText(command)
  const hash = context.sha256(contentText(command, body))
  const earlier = state.get(commandKey(command.actor, command.id))
  if (earlier !== undefined) return replay(command, hash, earlier)
  const proof = verifyProofs(shaped, body, state, context)
  if (!proof.ok) return refused(command, proof)
  const ledger = state.get(ledgerKey) ?? UNOPENED
  if (command.notAfter < ledger.cycle.date) {
    return refused(command, refuse('COMMAND_EXPIRED', { businessDate: ledger.cycle.date }))
  }
  const decisionContext: DecisionContext = {
    ...context,
    ledger,
    cycle: cycleName(ledger.cycle),
    signers: proof.signers,
  }
  const decided = shaped.rule.decide(command, state, decisionContext)
  const decision =
    decided.ok && shaped.rule.clears === true
      ? withinNetDebitCaps(decided, state, decisionContext)
      : decided
  if (decision.ok) return applyAcceptance(shaped, hash, decision, state, decisionContext)
  if (ERROR_TABLE[decision.code].recorded) {
    const { code, detail } = decision
    state.put(commandKey(command.actor, command.id), { status: 'refused', hash, code, detail })
  }
  return refused(command, decision)
}

function checkLedger(
  command: Command,
  state: BatchState,
  context: JudgeContext,
): Refusal | undefined {
  if (command.channel !== context.channel) {
    return refuse('WRONG_LEDGER', { channel: context.channel })
  }
  const ledger = state.get(ledgerKey)
  if (ledger === undefined) {
    return command.type === 'OpenLedger' ? undefined : refuse('LEDGER_NOT_OPEN')
  }
  if (ledger.ledgerId === command.ledgerId) return undefined
  return refuse('WRONG_LEDGER', { ledgerId: ledger.ledgerId })
}

function refused(command: Command, { code, detail }: Refusal): Judgement {
  const { actor, id } = command
  return { outcome: { status: 'refused', actor, id, replayed: false, code, detail } }
}

/** The first outcome of a command that is known already; other content or a fence is refused. */
function replay(command: Command, hash: string, earlier: RecordedOutcome): Judgement {
  const { actor, id } = command
  if (earlier.status === 'voided') return refused(command, refuse('COMMAND_VOIDED', { id }))
  if (earlier.hash !== hash) return refused(command, refuse('COMMAND_ID_REUSED', { id }))
  const { hash: _hash, ...outcome } = earlier
  return { outcome: { ...outcome, actor, id, replayed: true } }
}

/** Every proof must hold; a person's command needs his own, an organisation's its Fabric identity. */
function verifyProofs(
  { command, proofs }: ShapedCommand,
  body: string,
  state: BatchState,
  context: JudgeContext,
): { readonly ok: true; readonly signers: readonly Signer[] } | Refusal {
  if (isOrganisation(command.actor) && command.actor !== context.caller.organisation) {
    return refuse('CALLER_NOT_ORGANISATION', { caller: context.caller.organisation })
  }
  const text = proofs.length === 0 ? '' : signingText(command, body)
  const signers = new Map<string, Signer>()
  for (const proof of proofs) {
    const actor = state.get(actorKey(proof.actor))
    if (actor === undefined) return refuse('ACTOR_UNKNOWN', { id: proof.actor })
    const key = actor.keys.find(({ keyId }) => keyId === proof.keyId)
    if (key === undefined || !context.verifyP256(key.publicKey, text, proof.signature)) {
      return refuse('PROOF_INVALID', { id: proof.actor })
    }
    signers.set(actor.id, { actor, key })
  }
  if (!isOrganisation(command.actor) && !signers.has(command.actor)) {
    return refuse('PROOF_MISSING', { id: command.actor })
  }
  return { ok: true, signers: [...signers.values()] }
}

/** Nothing can be refused any more: what does not fit here is a fault of a rule, and throws. */
function applyAcceptance(
  { command, traceparent }: ShapedCommand,
  hash: string,
  decision: Acceptance,
  state: BatchState,
  context: DecisionContext,
): Judgement {
  for (const { key, value } of decision.writes) state.put(key, value)
  for (const { account, asset } of decision.folds ?? []) {
    state.fold(account, asset, context.ledger.cycle.date)
  }
  const { actor, id } = command
  if (decision.entry === undefined) {
    state.put(commandKey(actor, id), { status: 'accepted', hash })
    return { outcome: { status: 'accepted', actor, id, replayed: false } }
  }
  assertBalanced(decision.entry.postings)
  const entry: Entry = {
    v: 1,
    type: command.type,
    actor,
    commandId: id,
    commandHash: hash,
    submitter: context.caller.organisation,
    businessDate: context.ledger.cycle.date,
    cycle: context.cycle,
    ...decision.entry,
  }
  state.post(entry)
  const entryHash = context.sha256(canonicalEntry(entry))
  state.put(commandKey(actor, id), { status: 'accepted', hash, entryHash })
  return {
    outcome: { status: 'accepted', actor, id, replayed: false, entryHash },
    published: { hash: entryHash, entry, ...(traceparent !== undefined && { traceparent }) },
  }
}
