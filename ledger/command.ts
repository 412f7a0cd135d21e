import { Type } from 'typebox'
import { BusinessDateText } from './business-date.ts'
import type { CanonicalValue } from './canonical.ts'
import { canonicalJson } from './canonical.ts'
import { ActorIdText, CommandIdText, PersonIdText } from './identifiers.ts'

/** Name under which the chaincode is deployed; part of what a command's proof covers. */
export const CHAINCODE_NAME = 'ledger'

const DOMAIN_TAG = 'tallystick/command/1'

/** The unit of intent, of idempotency, of signature and of refusal. */
export const CommandText = Type.Object(
  {
    v: Type.Literal(1),
    id: CommandIdText,
    type: Type.String({
      maxLength: 40,
      description: 'what is to be done',
      examples: ['TransferPoints'],
    }),
    actor: ActorIdText,
    channel: Type.String({ minLength: 1, maxLength: 64, examples: ['consortium'] }),
    ledgerId: Type.String({
      pattern: '^[A-Za-z0-9-]{8,64}$',
      description: 'the ledger for which the command is meant',
    }),
    notAfter: BusinessDateText,
    body: Type.Object({}, { description: 'the fields of this type of command' }),
  },
  { additionalProperties: false },
)

/** A P-256 signature, r and s concatenated (IEEE P1363), in base64. */
export const P256SignatureText = Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' })

/** A P-256 signature by a registered key. */
export const P256ProofText = Type.Object(
  {
    kind: Type.Literal('p256'),
    actor: PersonIdText,
    keyId: Type.String({ pattern: '^[0-9a-f]{32}$' }),
    signature: P256SignatureText,
  },
  { additionalProperties: false },
)

/** Proofs are a tagged union: another kind of proof comes with fields of its own. */
export const ProofText = Type.Union([P256ProofText])

export const MAX_PROOFS = 64

export const SignedCommandText = Type.Object(
  {
    command: CommandText,
    proofs: Type.Array(ProofText, { maxItems: MAX_PROOFS }),
    traceparent: Type.Optional(
      Type.String({
        pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
        description: 'W3C trace context; beside the command, not signed',
      }),
    ),
  },
  { additionalProperties: false },
)

export type Proof = Type.Static<typeof ProofText>

export interface Command<Body = { readonly [key: string]: unknown }> {
  readonly v: 1
  readonly id: string
  readonly type: string
  readonly actor: string
  readonly channel: string
  readonly ledgerId: string
  readonly notAfter: string
  readonly body: Body
}

export interface SignedCommand<Body = { readonly [key: string]: unknown }> {
  readonly command: Command<Body>
  readonly proofs: readonly Proof[]
  readonly traceparent?: string
}

/** The canonical JSON of a command's body: the larger part of both texts below. */
export function bodyText(command: Command<object>): string {
  // Commands are JSON by construction: they were parsed from it or are about to be written as it.
  return canonicalJson(command.body as CanonicalValue)
}

/**
 * The text that a proof signs: bound to this use, channel, ledger and chaincode, and ending with the
 * command's canonical JSON. Whoever has the `body` already can pass it.
 */
export function signingText(command: Command<object>, body = bodyText(command)): string {
  const { channel, ledgerId, actor, id, notAfter, type, v } = command
  const text =
    `{"actor":${quoted(actor)},"body":${body},"channel":${quoted(channel)},"id":${quoted(id)},` +
    `"ledgerId":${quoted(ledgerId)},"notAfter":${quoted(notAfter)},"type":${quoted(type)},"v":${v}}`
  return [DOMAIN_TAG, channel, ledgerId, CHAINCODE_NAME, text].join('\n')
}

/** The text whose SHA-256 says whether two commands with one id are the same: canonical JSON too. */
export function contentText(command: Command<object>, body = bodyText(command)): string {
  const { channel, ledgerId, actor, type, v } = command
  return (
    `{"actor":${quoted(actor)},"body":${body},"channel":${quoted(channel)},` +
    `"ledgerId":${quoted(ledgerId)},"type":${quoted(type)},"v":${v}}`
  )
}

function quoted(text: string): string {
  return JSON.stringify(text)
}
