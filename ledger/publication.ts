import { dateOfCycle } from './business-date.ts'
import type { CanonicalValue } from './canonical.ts'
import { canonicalJson } from './canonical.ts'
import type { Command, SignedCommand } from './command.ts'
import type { Entry, EntryReferences } from './entry.ts'
import type { PublishedEntry } from './judge.ts'
import type { PostingTuple } from './posting.ts'
import { postingOfTuple, postingTuple } from './posting.ts'

/** An entry with the place of its command among those of the transaction. */
export interface PlacedEntry {
  readonly index: number
  readonly entry: Entry
}

// Arrays instead of objects: every byte is sent to, and kept by, every peer and orderer.
type EntryValue = readonly [
  index: number,
  postings: readonly PostingTuple[],
  references?: EntryReferences,
]

/** What a transaction's event says: of each cycle its entries, in the order in which they came. */
interface Publication {
  readonly v: 1
  readonly cycles: readonly (readonly [cycle: string, entries: readonly EntryValue[]])[]
}

/**
 * The text of a transaction's event. It does not repeat what stands in the transaction beside it:
 * in the commands, and in the records of their outcomes.
 */
export function encodePublication(placed: readonly PlacedEntry[]): string {
  const cycles: [string, EntryValue[]][] = []
  for (const { index, entry } of placed) {
    const last = cycles.at(-1)
    const value = entryValue(index, entry)
    if (last?.[0] === entry.cycle) last[1].push(value)
    else cycles.push([entry.cycle, [value]])
  }
  const publication: Publication = { v: 1, cycles }
  return canonicalJson(publication as unknown as CanonicalValue)
}

/** What stands beside a publication in its transaction. */
export interface PublicationContext {
  /** The transaction's commands, in their order. */
  readonly commands: readonly SignedCommand[]
  /** The organisation that submitted the transaction. */
  readonly submitter: string
  /** What the transaction recorded of a command that made an entry. Throws when it did not. */
  readonly recorded: (command: Command) => { readonly hash: string; readonly entryHash: string }
}

/** The entries of a transaction from the text of its event. Throws when they do not fit together. */
export function decodePublication(text: string, context: PublicationContext): PublishedEntry[] {
  const { cycles } = JSON.parse(text) as Publication
  return cycles.flatMap(([cycle, entries]) => {
    const when = { businessDate: dateOfCycle(cycle), cycle }
    return entries.map(([index, postings, references = {}]): PublishedEntry => {
      const signed = context.commands[index]
      if (signed === undefined) throw new Error(`an entry of no command: ${index}`)
      const { command, traceparent } = signed
      const { hash: commandHash, entryHash: hash } = context.recorded(command)
      const { type, actor, id: commandId } = command
      const made = { v: 1, type, actor, commandId, commandHash, ...when } as const
      const { submitter } = context
      const entry = { ...made, submitter, postings: postings.map(postingOfTuple), references }
      return { entry, hash, ...(traceparent !== undefined && { traceparent }) }
    })
  })
}

function entryValue(index: number, { postings, references }: Entry): EntryValue {
  const values = postings.map(postingTuple)
  return Object.keys(references).length === 0 ? [index, values] : [index, values, references]
}
