import type { CanonicalValue } from './canonical.ts'
import { canonicalJson } from './canonical.ts'
import type { Outcome } from './judge.ts'
import { commandNameOf } from './submit.ts'

/** What a Submit answers: an outcome for each command in order, and how many keys it would write. */
export interface SubmitAnswer {
  readonly outcomes: readonly Outcome[]
  readonly writes: number
}

/**
 * An outcome without the command's name, which whoever asked knows: the hash of its entry, or empty
 * when it has none, for a command accepted now; in full for every other.
 */
type OutcomeValue = string | Readonly<Record<string, unknown>>

/** The text of an answer. It becomes a part of the transaction, so it says nothing twice. */
export function encodeAnswer({ outcomes, writes }: SubmitAnswer): string {
  return canonicalJson({ outcomes: outcomes.map(outcomeValue), writes } as CanonicalValue)
}

/** The answer to a Submit of these commands. */
export function decodeAnswer(text: string, commands: readonly unknown[]): SubmitAnswer {
  const { outcomes, writes } = JSON.parse(text) as {
    readonly outcomes: readonly OutcomeValue[]
    readonly writes: number
  }
  return { outcomes: outcomes.map((value, index) => outcomeOf(value, commands[index])), writes }
}

function outcomeValue(outcome: Outcome): OutcomeValue {
  if (outcome.status === 'accepted' && !outcome.replayed) return outcome.entryHash ?? ''
  const { actor: _actor, id: _id, ...rest } = outcome
  return rest
}

function outcomeOf(value: OutcomeValue, command: unknown): Outcome {
  const name = commandNameOf(command)
  if (typeof value !== 'string') return { ...name, ...value } as Outcome
  const accepted = { ...name, status: 'accepted', replayed: false } as const
  return value === '' ? accepted : { ...accepted, entryHash: value }
}
