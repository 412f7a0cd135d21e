import type { KeyRange, LedgerStore, StoredState } from './ledger-store.ts'
import type { KeyRead, NamespaceReadWriteSet, RangeRead, Version } from './read-write-set.ts'

export interface KeyValue {
  readonly key: string
  readonly value: Buffer
}

/** Committed state, as much of it as a simulation needs. */
export type StateReader = Pick<LedgerStore, 'getState' | 'scan'>

// Fabric's peer hands results to the chaincode by the hundred and reads one ahead; how far it has
// read is what it protects against phantoms.
const RANGE_PAGE_SIZE = 100

/**
 * One execution of a chaincode over the committed state of one height. Writes are kept aside and
 * are not seen by its own reads; all reads are recorded with their versions.
 */
export class Simulation {
  readonly #namespace: string
  readonly #state: StateReader
  readonly #reads = new Map<string, Version | undefined>()
  readonly #ranges: RangeCursor[] = []
  readonly #writes = new Map<string, Uint8Array | undefined>()
  #finished = false

  constructor(namespace: string, state: StateReader) {
    this.#namespace = namespace
    this.#state = state
  }

  /** The committed value, empty when there is none. */
  getState(key: string): Buffer {
    this.#assertOpen()
    assertKey(key)
    const stored = this.#state.getState(this.#namespace, key)
    if (!this.#reads.has(key)) this.#reads.set(key, stored?.version)
    return stored ? Buffer.from(stored.value) : Buffer.alloc(0)
  }

  /** An empty value deletes, as it does in Fabric. */
  putState(key: string, value: Uint8Array): void {
    this.#assertOpen()
    assertKey(key)
    this.#writes.set(key, value.length > 0 ? Buffer.from(value) : undefined)
  }

  deleteState(key: string): void {
    this.#assertOpen()
    assertKey(key)
    this.#writes.set(key, undefined)
  }

  /** Keys from `startKey` up to but not including `endKey`; no end means to the last key. */
  openRange(startKey: string, endKey: string): RangeCursor {
    this.#assertOpen()
    const cursor = new RangeCursor(startKey, endKey, (range, limit) => {
      this.#assertOpen()
      return this.#state.scan({ ...range, namespace: this.#namespace }, limit)
    })
    this.#ranges.push(cursor)
    return cursor
  }

  /** Closes the simulation and gives what it read and wants to write, in key order. */
  finish(): NamespaceReadWriteSet {
    this.#finished = true
    return {
      namespace: this.#namespace,
      reads: [...this.#reads].map(([key, version]) => ({ key, version })).sort(byKey),
      ranges: this.#ranges.map((cursor) => cursor.read()),
      writes: [...this.#writes].map(([key, value]) => ({ key, value })).sort(byKey),
    }
  }

  #assertOpen(): void {
    if (this.#finished) throw new Error('the transaction has ended; was a stub call not awaited?')
  }
}

type ScanNamespace = (
  range: Omit<KeyRange, 'namespace'>,
  limit: number,
) => readonly ({ readonly key: string } & StoredState)[]

/** Walks a range page by page and remembers how far it has read. */
export class RangeCursor {
  readonly #startKey: string
  readonly #endKey: string
  readonly #scan: ScanNamespace
  readonly #seen: KeyRead[] = []
  #page: readonly KeyValue[] = []
  #position = 0
  #exhausted = false

  constructor(startKey: string, endKey: string, scan: ScanNamespace) {
    this.#startKey = startKey
    this.#endKey = endKey
    this.#scan = scan
    this.#readPage(RANGE_PAGE_SIZE + 1)
  }

  next(): KeyValue | undefined {
    if (this.#position === this.#page.length && !this.#exhausted) this.#readPage(RANGE_PAGE_SIZE)
    const next = this.#page[this.#position]
    if (next) this.#position += 1
    return next
  }

  read(): RangeRead {
    return {
      startKey: this.#startKey,
      endKey: this.#exhausted ? this.#endKey : (this.#seen.at(-1)?.key ?? this.#endKey),
      exhausted: this.#exhausted,
      results: this.#seen,
    }
  }

  #readPage(limit: number): void {
    const last = this.#seen.at(-1)?.key
    const from =
      last === undefined
        ? { startKey: this.#startKey }
        : { startKey: last, startExclusive: true as const }
    const found = this.#scan({ ...from, endKey: this.#endKey }, limit)
    for (const { key, version } of found) this.#seen.push({ key, version })
    this.#page = found.map(({ key, value }) => ({ key, value: Buffer.from(value) }))
    this.#position = 0
    this.#exhausted = found.length < limit
  }
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : 1
}

function assertKey(key: string): void {
  if (typeof key !== 'string' || key === '') throw new Error('key must be a non-empty string')
  if (!key.isWellFormed()) throw new Error('key must be well-formed Unicode')
}
