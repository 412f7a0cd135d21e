import type { Version } from './read-write-set.ts'

/** A committed value, or the knowledge that there is none. */
export type CachedState = { readonly value: Uint8Array; readonly version: Version } | 'absent'

const ENTRY_OVERHEAD_BYTES = 150

/**
 * What was lately read from or written to the state, bounded in size: when the young generation
 * is full the old one is dropped, so that a lookup costs no bookkeeping.
 */
export class StateCache {
  readonly #generationBytesMax: number
  #young = new Map<string, CachedState>()
  #old = new Map<string, CachedState>()
  #youngBytes = 0

  constructor(bytesMax: number) {
    this.#generationBytesMax = bytesMax / 2
  }

  get(key: string): CachedState | undefined {
    const young = this.#young.get(key)
    if (young) return young
    const old = this.#old.get(key)
    if (old) this.set(key, old)
    return old
  }

  set(key: string, state: CachedState): void {
    if (this.#youngBytes >= this.#generationBytesMax) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(key, state)
    const valueBytes = state === 'absent' ? 0 : state.value.length
    this.#youngBytes += key.length * 2 + valueBytes + ENTRY_OVERHEAD_BYTES
  }
}
