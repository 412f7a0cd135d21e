import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { SignedCommand } from './command.ts'
import { SignedCommandText } from './command.ts'
import type { ErrorDetail, Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, OrganisationId } from './identifiers.ts'
import { commandKey, holdingKey, isContended } from './keys.ts'
import type { CommandRule, HoldingReference, ReadContext } from './rule.ts'
import { RULES } from './rules.ts'

/** Checks a value against a schema; the detail of a misfit names the place and what is asked. */
export function shapeOf<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => { ok: true; value: Static<Schema> } | { ok: false; detail: ErrorDetail } {
  const compiled = Compile(schema)
  return (value) => {
    if (compiled.Check(value)) return { ok: true, value }
    const [first] = compiled.Errors(value)
    const detail = { at: first?.instancePath ?? '', problem: first?.message ?? 'does not fit' }
    return { ok: false, detail }
  }
}

/** A command of which envelope and body have the form that its type asks for. */
export interface ShapedCommand extends SignedCommand {
  readonly rule: CommandRule
}

const checkEnvelope = shapeOf(SignedCommandText)

const checkBodies = new Map([...RULES].map(([type, rule]) => [type, shapeOf(rule.body)]))

/** Checks the form of a signed command. Returns COMMAND_MALFORMED with the place of the misfit. */
export function shapeCommand(
  value: unknown,
): { readonly ok: true; readonly shaped: ShapedCommand } | Refusal {
  const envelope = checkEnvelope(value)
  if (!envelope.ok) return refuse('COMMAND_MALFORMED', envelope.detail)
  const signed = envelope.value
  const rule = RULES.get(signed.command.type)
  const checkBody = checkBodies.get(signed.command.type)
  if (rule === undefined || checkBody === undefined) {
    return refuse('COMMAND_MALFORMED', { at: '/command/type', problem: 'no such type' })
  }
  const body = checkBody(signed.command.body)
  if (!body.ok) {
    const at = `/command/body${body.detail['at'] ?? ''}`
    return refuse('COMMAND_MALFORMED', { ...body.detail, at })
  }
  // Schemas say what is there; the envelope's body is open, so it is narrowed by the check above.
  return { ok: true, shaped: { ...(signed as unknown as SignedCommand), rule } }
}

/** Holdings that a command may debit: their home gateway submits it, and folds their credits. */
export function debitsOf({ rule, command }: ShapedCommand): readonly HoldingReference[] {
  return rule.debits(command.body)
}

/** The accounts whose home gateway submits a command. */
export function payersOf({ rule, command }: ShapedCommand): readonly AccountId[] {
  const payer = rule.payer?.(command.body)
  const debited = rule.debits(command.body).map(({ account }) => account)
  return payer === undefined ? debited : [...debited, payer]
}

/** The organisation whose gateway must submit a command, where its body says so. */
export function homeOf({ rule, command }: ShapedCommand): OrganisationId | undefined {
  return rule.home(command.body)
}

/**
 * Names of the keys by which two transactions in flight would invalidate one another. Commands that
 * share one belong into the same transaction or one after the other.
 */
export function contendedKeys({ rule, command }: ShapedCommand, context: ReadContext): string[] {
  const keys = [
    commandKey(command.actor, command.id),
    ...rule.debits(command.body).map(({ account, asset }) => holdingKey(account, asset)),
    ...rule.subjects(command.body),
    ...rule.reads(command, context, () => undefined),
  ]
  return keys.filter(isContended).map(({ name }) => name)
}
