import type { WaitingCommand } from './waiting-command.ts'

/** How long the first time; every time soon after doubles it. */
const FIRST_MS = 2_000
const MOST_MS = 60_000
/** After so long without an offence it is the first time again. */
const FORGET_MS = 60_000
const MAX_SUSPECTS = 10_000

interface Sentence {
  readonly untilMs: number
  readonly termMs: number
}

/**
 * Whose commands are put into transactions of their own for a while, because they made one of many
 * commands invalid: actors, or keys where a person cannot be held to account for them. Remembers at
 * most 10,000.
 */
export class Quarantine {
  readonly #now: () => number
  /** The one sentenced last comes last. */
  readonly #sentences = new Map<string, Sentence>()

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  accuse(suspects: Iterable<string>): void {
    const now = this.#now()
    for (const suspect of new Set(suspects)) {
      const before = this.#sentences.get(suspect)
      const isRepeated = before !== undefined && before.untilMs + FORGET_MS > now
      const termMs = isRepeated ? Math.min(before.termMs * 2, MOST_MS) : FIRST_MS
      this.#sentences.delete(suspect)
      this.#sentences.set(suspect, { untilMs: now + termMs, termMs })
    }
    this.#forget(now)
  }

  holds({ shaped, keys }: Pick<WaitingCommand, 'shaped' | 'keys'>): boolean {
    if (this.#sentences.size === 0) return false
    const now = this.#now()
    const isHeld = (name: string): boolean => (this.#sentences.get(name)?.untilMs ?? 0) > now
    return isHeld(shaped.command.actor) || keys.some(isHeld)
  }

  #forget(now: number): void {
    for (const [suspect, { untilMs }] of this.#sentences) {
      if (untilMs + FORGET_MS > now && this.#sentences.size <= MAX_SUSPECTS) return
      this.#sentences.delete(suspect)
    }
  }
}
