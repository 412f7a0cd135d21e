import type { LedgerStore, StateUpdate, StoredState } from './ledger-store.ts'
import { sameVersion } from './read-write-set.ts'
import type { KeyRead, NamespaceReadWriteSet, RangeRead, Version } from './read-write-set.ts'

/** The writes of the valid transactions of a block so far, over the committed state. */
export class BlockUpdates {
  readonly #store: Pick<LedgerStore, 'getState' | 'scan'>
  readonly #namespaces = new Map<string, Map<string, StoredState | undefined>>()

  constructor(store: Pick<LedgerStore, 'getState' | 'scan'>) {
    this.#store = store
  }

  /** Whether a key still is as it was read. Any write in this block is a conflict, as in Fabric. */
  isUnchanged(namespace: string, { key, version }: KeyRead): boolean {
    if (this.#namespaces.get(namespace)?.has(key)) return false
    return sameVersion(this.#store.getState(namespace, key)?.version, version)
  }

  /** Whether reading the range again would give the same keys in the same versions. */
  isRangeUnchanged(namespace: string, range: RangeRead): boolean {
    const now = this.#keysOf(namespace, range)
    return (
      now.length === range.results.length &&
      now.every(({ key, version }, index) => {
        const before = range.results[index]
        return before?.key === key && sameVersion(before.version, version)
      })
    )
  }

  apply(set: NamespaceReadWriteSet, version: Version): void {
    let writes = this.#namespaces.get(set.namespace)
    if (!writes) {
      writes = new Map()
      this.#namespaces.set(set.namespace, writes)
    }
    for (const { key, value } of set.writes) writes.set(key, value && { value, version })
  }

  list(): StateUpdate[] {
    return [...this.#namespaces].flatMap(([namespace, writes]) =>
      [...writes].map(([key, state]) => ({ namespace, key, state })),
    )
  }

  #keysOf(namespace: string, { startKey, endKey, exhausted, results }: RangeRead): KeyRead[] {
    const writes = this.#namespaces.get(namespace) ?? new Map<string, StoredState | undefined>()
    // One key too many is as wrong as a thousand, so there is no need to read on.
    const limit = results.length + writes.size + 1
    const range = { namespace, startKey, endKey, endInclusive: !exhausted }
    const committed = this.#store.scan(range, limit).filter(({ key }) => !writes.has(key))
    const written = [...writes].flatMap(([key, state]) =>
      state && isWithin(key, range) ? [{ key, version: state.version }] : [],
    )
    return [...committed, ...written].sort((a, b) => compareKeys(a.key, b.key))
  }
}

function isWithin(
  key: string,
  range: { startKey: string; endKey: string; endInclusive: boolean },
): boolean {
  if (compareKeys(key, range.startKey) < 0) return false
  if (range.endKey === '') return true
  const toEnd = compareKeys(key, range.endKey)
  return range.endInclusive ? toEnd <= 0 : toEnd < 0
}

/** By UTF-8 bytes, the order of the state. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
