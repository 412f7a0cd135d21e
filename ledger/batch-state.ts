import type { Entry } from './entry.ts'
import type { AccountId, AssetId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { creditKey, deltaKey, holdingKey } from './keys.ts'
import type { BusinessDate } from './business-date.ts'
import type { Lot } from './lot.ts'
import { mergeLots, subtractLots } from './lot.ts'
import type { AccountPath, Posting } from './posting.ts'
import { codeOf, holdingAccount, isDetailedByRecord } from './posting.ts'
import type { Codec, Delta } from './records.ts'

/** What decisions may look at. Looking at a key that was not declared in the read set is a bug. */
export interface StateView {
  readonly get: <T>(key: Key<T>) => T | undefined
  /** All that a holding has: its base, the credits named in the fold, and this transaction's. */
  readonly lots: (account: AccountId, asset: AssetId) => readonly Lot[]
  /** Whether the submitter names all credits of a holding, so that `lots` is all there is. */
  readonly isFoldComplete: (account: AccountId, asset: AssetId) => boolean
  /** Whether the fold names credits of the holding that are there and not in its base yet. */
  readonly hasCreditsToFold: (account: AccountId, asset: AssetId) => boolean
}

/** A value to be written; undefined deletes. */
export interface StateWrite {
  readonly name: string
  readonly value: string | undefined
}

interface Slot {
  value: unknown
  changed: boolean
  readonly codec: Codec<unknown>
}

interface HoldingSlot {
  readonly account: AccountId
  readonly asset: AssetId
  /** Base and named credits; undefined until first looked at. */
  base: readonly Lot[] | undefined
  /** Credits of this transaction that have not met a debit. */
  credited: Lot[]
  /** Credit keys that the base has taken in and that a write of the base deletes. */
  readonly folded: Set<string>
  /** Whether the base is to be written: by a debit, or because its credits are folded in. */
  rewritten: boolean
}

/** The credits of one holding that the submitter of a transaction names. */
export interface HoldingFold {
  readonly account: AccountId
  readonly asset: AssetId
  readonly transactions: readonly string[]
  /** False: there are more, and these are the oldest. */
  readonly complete: boolean
}

function rewrite(holding: HoldingSlot, lots: readonly Lot[]): void {
  holding.base = lots
  holding.credited = []
  holding.rewritten = true
}

/**
 * The state as one transaction sees it: what was loaded, overlaid with what its own commands did.
 * Decisions are pure and are applied only when accepted, so a refusal has nothing to undo.
 */
export class BatchState implements StateView {
  readonly #stored = new Map<string, string | undefined>()
  readonly #slots = new Map<string, Slot>()
  readonly #holdings = new Map<string, HoldingSlot>()
  readonly #deltas = new Map<string, { key: Key<Delta>; debit: bigint; credit: bigint }>()
  readonly #credits = new Map<string, Key<{ readonly lots: readonly Lot[] }>[]>()
  readonly #incompleteFolds = new Set<string>()
  readonly #transactionId: string

  constructor(transactionId: string) {
    this.#transactionId = transactionId
  }

  /** Takes in what was read from the ledger; a name already known keeps its first value. */
  load(names: readonly string[], values: readonly (string | undefined)[]): void {
    for (const [index, name] of names.entries()) {
      if (!this.#stored.has(name)) this.#stored.set(name, values[index])
    }
  }

  isLoaded(name: string): boolean {
    return this.#stored.has(name)
  }

  /** Names credits that a debit of the holding is to fold in. They must be loaded by then. */
  nameCredits({ account, asset, transactions, complete }: HoldingFold): string[] {
    const holding = holdingKey(account, asset).name
    if (!complete) this.#incompleteFolds.add(holding)
    const keys = transactions.map((id) => creditKey(account, asset, id))
    this.#credits.set(holding, [...(this.#credits.get(holding) ?? []), ...keys])
    return keys.map((key) => key.name)
  }

  get<T>(key: Key<T>): T | undefined {
    const slot = this.#slots.get(key.name)
    if (slot !== undefined) return slot.value as T | undefined
    if (!this.#stored.has(key.name)) throw new Error(`not in the read set: ${key.name}`)
    const text = this.#stored.get(key.name)
    const value = text === undefined ? undefined : key.codec.decode(text)
    this.#slots.set(key.name, { value, changed: false, codec: key.codec })
    return value
  }

  /** Writes a record, or deletes it where there is no value. */
  put<T>(key: Key<T>, value: T | undefined): void {
    this.#slots.set(key.name, { value, changed: true, codec: key.codec })
  }

  lots(account: AccountId, asset: AssetId): readonly Lot[] {
    const holding = this.#holding(account, asset)
    return [...this.#base(holding), ...holding.credited]
  }

  isFoldComplete(account: AccountId, asset: AssetId): boolean {
    return !this.#incompleteFolds.has(holdingKey(account, asset).name)
  }

  hasCreditsToFold(account: AccountId, asset: AssetId): boolean {
    const holding = this.#holding(account, asset)
    this.#base(holding)
    return !holding.rewritten && holding.folded.size > 0
  }

  /** Takes what was credited to a holding into its base, which changes no balance. */
  fold(account: AccountId, asset: AssetId, today: BusinessDate): void {
    rewrite(this.#holding(account, asset), mergeLots(this.lots(account, asset), today))
  }

  /** Posts an entry that a decision has balanced. Throws if a debit does not fit: a bug. */
  post(entry: Entry): void {
    const totals = new Set<string>()
    for (const posting of entry.postings) {
      const account = holdingAccount(posting.account)
      if (!isDetailedByRecord(posting)) {
        if (account !== undefined) this.#postHolding(account, posting, entry.businessDate)
        else this.#addDelta(posting.account, posting)
      }
      const code = codeOf(posting.account)
      if (code !== posting.account) totals.add(`${code} ${posting.asset}`)
    }
    for (const total of totals) this.#addTotal(total, entry.postings)
  }

  /** Everything that has changed, in key order. */
  writes(): StateWrite[] {
    const writes: StateWrite[] = []
    for (const [name, slot] of this.#slots) {
      if (!slot.changed) continue
      const value = slot.value === undefined ? undefined : slot.codec.encode(slot.value)
      // What this transaction made and deleted again was never there.
      if (value ?? this.#stored.get(name)) writes.push({ name, value })
    }
    for (const holding of this.#holdings.values()) writes.push(...this.#holdingWrites(holding))
    for (const { key, debit, credit } of this.#deltas.values()) {
      writes.push({ name: key.name, value: key.codec.encode({ debit, credit }) })
    }
    return writes.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #holding(account: AccountId, asset: AssetId): HoldingSlot {
    const name = `${account} ${asset}`
    let holding = this.#holdings.get(name)
    if (holding === undefined) {
      holding = {
        account,
        asset,
        base: undefined,
        credited: [],
        folded: new Set(),
        rewritten: false,
      }
      this.#holdings.set(name, holding)
    }
    return holding
  }

  #base(holding: HoldingSlot): readonly Lot[] {
    if (holding.base !== undefined) return holding.base
    const key = holdingKey(holding.account, holding.asset)
    const lots = [...(this.get(key)?.lots ?? [])]
    for (const credit of this.#credits.get(key.name) ?? []) {
      const value = this.get(credit)
      // A credit that another transaction has folded is no longer there; one may be named twice.
      if (value === undefined || holding.folded.has(credit.name)) continue
      lots.push(...value.lots)
      holding.folded.add(credit.name)
    }
    holding.base = lots
    return lots
  }

  #postHolding(account: AccountId, posting: Posting, today: BusinessDate): void {
    const holding = this.#holding(account, posting.asset)
    const lots = posting.lots ?? []
    if (posting.side === 'credit') {
      if (holding.rewritten) holding.base = mergeLots([...this.#base(holding), ...lots], today)
      else holding.credited = mergeLots([...holding.credited, ...lots], today)
      return
    }
    const rest = subtractLots([...this.#base(holding), ...holding.credited], lots, today)
    if (rest === undefined) throw new Error(`holding does not cover its debit: ${account}`)
    rewrite(holding, rest)
  }

  #addDelta(path: AccountPath, posting: Pick<Posting, 'asset' | 'side' | 'amount'>): void {
    const key = deltaKey(path, posting.asset, this.#transactionId)
    const delta = this.#deltas.get(key.name) ?? { key, debit: 0n, credit: 0n }
    delta[posting.side] += posting.amount
    this.#deltas.set(key.name, delta)
  }

  /** The general ledger's line for a code with many accounts, when the entry changes it. */
  #addTotal(total: string, postings: readonly Posting[]): void {
    const [code = '', asset = ''] = total.split(' ')
    const sums = { debit: 0n, credit: 0n }
    for (const posting of postings) {
      if (posting.asset === asset && codeOf(posting.account) === code) {
        sums[posting.side] += posting.amount
      }
    }
    for (const side of ['debit', 'credit'] as const) {
      if (sums[side] > 0n) this.#addDelta(code, { asset, side, amount: sums[side] })
    }
  }

  #holdingWrites(holding: HoldingSlot): StateWrite[] {
    const { account, asset, credited } = holding
    if (!holding.rewritten) {
      if (credited.length === 0) return []
      const key = creditKey(account, asset, this.#transactionId)
      return [{ name: key.name, value: key.codec.encode({ lots: credited }) }]
    }
    const key = holdingKey(account, asset)
    return [
      { name: key.name, value: key.codec.encode({ lots: holding.base ?? [] }) },
      ...[...holding.folded].map((name) => ({ name, value: undefined })),
    ]
  }
}
