import type { TObject, Static } from 'typebox'
import type { StateView } from './batch-state.ts'
import type { CallContext, Cryptography } from './capabilities.ts'
import type { Command } from './command.ts'
import type { EntryReferences } from './entry.ts'
import type { Refusal } from './errors.ts'
import type { AccountId, AssetId, OrganisationId } from './identifiers.ts'
import type { Key } from './keys.ts'
import type { Posting } from './posting.ts'
import type { Actor, Ledger, PublicKey } from './records.ts'

/** A person who has proved the command, with the key that did. */
export interface Signer {
  readonly actor: Actor
  readonly key: PublicKey
}

/** What a decision knows besides the state: all of it from Fabric, the proofs and the ledger. */
export interface DecisionContext extends CallContext, Cryptography {
  readonly lane: number
  readonly ledger: Ledger
  readonly cycle: string
  /** Distinct people whose proofs were verified; empty for an organisation's own act. */
  readonly signers: readonly Signer[]
}

/** A record to be written when the command is accepted; without a value it is deleted. */
export interface RecordWrite {
  readonly key: Key<unknown>
  readonly value: unknown
}

export function write<T>(key: Key<T>, value: T): RecordWrite {
  return { key, value }
}

export function remove(key: Key<unknown>): RecordWrite {
  return { key, value: undefined }
}

/** What a rule says of an entry; the rest of it is the same for all. */
export interface EntryContent {
  readonly postings: readonly Posting[]
  readonly references: EntryReferences
}

/** The command will take effect; nothing after this may fail. */
export interface Acceptance {
  readonly ok: true
  readonly writes: readonly RecordWrite[]
  /** Absent for commands that move nothing of value. */
  readonly entry?: EntryContent
  /** Holdings of which the named credits go into the base, without a posting. */
  readonly folds?: readonly HoldingReference[]
}

export type Decision = Acceptance | Refusal

export function accept(writes: readonly RecordWrite[], entry?: EntryContent): Acceptance {
  return entry === undefined ? { ok: true, writes } : { ok: true, writes, entry }
}

/** A holding that a command may debit. */
export interface HoldingReference {
  readonly account: AccountId
  readonly asset: AssetId
}

/** What a read set may depend on besides the command. */
export interface ReadContext {
  readonly organisation: string
  readonly lane: number
  readonly sha256: (text: string) => string
}

/** Looks at a subject of a command. */
export type SubjectReader = <T>(key: Key<T>) => T | undefined

/** One type of command: the shape of its body, what it looks at, and what it decides. */
export interface CommandRule<Schema extends TObject = TObject> {
  readonly type: string
  readonly body: Schema
  /** Terms and contracts that the command is about, loaded before the rest of the read set. */
  readonly subjects: (body: Static<Schema>) => readonly Key<unknown>[]
  /** The organisation whose gateway must submit it, where the body says so. */
  readonly home: (body: Static<Schema>) => OrganisationId | undefined
  /** Holdings that it may debit: they say which gateway submits it and what is folded. */
  readonly debits: (body: Static<Schema>) => readonly HoldingReference[]
  /** Whether its entry may have organisations owe each other, so that caps on net debit apply. */
  readonly clears?: true
  /** The account whose gateway submits it although no holding of it is debited: it gives coupons. */
  readonly payer?: (body: Static<Schema>) => AccountId | undefined
  /**
   * Keys that the decision looks at, besides actors, ledger, holdings and subjects. They may hang on
   * subjects; where those are not known, `subject` answers undefined.
   */
  readonly reads: (
    command: Command<Static<Schema>>,
    context: ReadContext,
    subject: SubjectReader,
  ) => readonly Key<unknown>[]
  readonly decide: (
    command: Command<Static<Schema>>,
    state: StateView,
    context: DecisionContext,
  ) => Decision
}

/** Keeps the body's type inside a rule while the table of rules holds them all alike. */
export function defineRule<Schema extends TObject>(rule: CommandRule<Schema>): CommandRule<Schema> {
  return rule
}
