import type { BlockSink } from '../fabric/block-follower.ts'
import type { LedgerBlock } from '../fabric/ledger-block.ts'

/** Long enough for a batch to be endorsed, ordered and found invalid. */
const KEEP_MS = 30_000
const MAX_NAMES = 200_000

/** An endorser may be behind what this gateway has seen by this much. */
const BEHIND_MS = 500

/** Blind writes of keys that no two transactions share: nobody looks at them but with the holding. */
const BLIND = ['credit/', 'delta/']

interface Seen {
  readonly atMs: number
  readonly names: readonly string[]
}

/** Which keys other gateways' transactions have just written, as their blocks were seen. */
export class RecentWrites {
  readonly #organisation: string
  readonly #now: () => number
  #seen: Seen[] = []
  #names = 0

  /** `now` in milliseconds. */
  constructor(organisation: string, now: () => number = () => performance.now()) {
    this.#organisation = organisation
    this.#now = now
  }

  note({ transactions }: Pick<LedgerBlock, 'transactions'>): void {
    const atMs = this.#now()
    for (const { submitter, writes } of transactions) {
      if (submitter === this.#organisation || writes.length === 0) continue
      const names = writes.flatMap(({ name, value }) => (isBlind(name, value) ? [] : [name]))
      this.#seen.push({ atMs, names })
      this.#names += names.length
    }
    let old = 0
    for (const { atMs: seenMs, names } of this.#seen) {
      if (seenMs + KEEP_MS > atMs && this.#names <= MAX_NAMES) break
      this.#names -= names.length
      old += 1
    }
    if (old > 0) this.#seen = this.#seen.slice(old)
  }

  /** Keys that were written after an endorsement was asked for, or just before. */
  since(askedMs: number): ReadonlySet<string> {
    const recent = this.#seen.filter(({ atMs }) => atMs > askedMs - BEHIND_MS)
    return new Set(recent.flatMap(({ names }) => names))
  }
}

/** A delta that is deleted was looked at by the compaction that did. */
function isBlind(name: string, value: string | undefined): boolean {
  return value !== undefined && BLIND.some((kind) => name.startsWith(kind))
}

/** The same sink, of whose blocks the writes are noted. */
export function notingWrites(sink: BlockSink, writes: RecentWrites): BlockSink {
  return {
    checkpoint: () => sink.checkpoint(),
    apply: (block) => {
      sink.apply(block)
      writes.note(block)
    },
    reset: () => sink.reset(),
  }
}
