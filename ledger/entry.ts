import { Type } from 'typebox'
import type { BusinessDate } from './business-date.ts'
import { BusinessDateText } from './business-date.ts'
import { canonicalJson } from './canonical.ts'
import { ActorIdText, CommandIdText, OrganisationIdText } from './identifiers.ts'
import type { Posting } from './posting.ts'
import { canonicalPosting, parsePosting, PostingText } from './posting.ts'

/** What an entry refers to outside the books: receipt, order, note, the entry that it reverses. */
export type EntryReferences = Readonly<Record<string, string>>

/** A balanced set of postings: the only way in which anything of value moves. */
export interface Entry {
  readonly v: 1
  readonly type: string
  readonly actor: string
  readonly commandId: string
  readonly commandHash: string
  /** The organisation whose gateway submitted the command. */
  readonly submitter: string
  readonly businessDate: BusinessDate
  readonly cycle: string
  readonly postings: readonly Posting[]
  readonly references: EntryReferences
}

export const EntryText = Type.Object(
  {
    v: Type.Literal(1),
    type: Type.String({ maxLength: 40 }),
    actor: ActorIdText,
    commandId: CommandIdText,
    commandHash: Type.String({ maxLength: 64 }),
    submitter: OrganisationIdText,
    businessDate: BusinessDateText,
    cycle: Type.String({ maxLength: 20 }),
    postings: Type.Array(PostingText, { minItems: 2, maxItems: 10_000 }),
    references: Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false, description: 'an entry, exactly as the ledger published it' },
)

export function parseEntry(text: Type.Static<typeof EntryText>): Entry {
  return { ...text, postings: text.postings.map(parsePosting) }
}

/** The text whose SHA-256 is the entry's hash and name. */
export function canonicalEntry(entry: Entry): string {
  return canonicalJson({ ...entry, postings: entry.postings.map(canonicalPosting) })
}
