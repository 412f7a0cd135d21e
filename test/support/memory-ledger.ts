import { cryptography } from '../../chaincode/cryptography.ts'
import type {
  PlacedEntry,
  PublishedEntry,
  CallContext,
  Entry,
  Key,
  SubmitRequest,
  SubmitResult,
} from '../../ledger/index.ts'
import { canonicalEntry, parseSubmit, splitKey, submit } from '../../ledger/index.ts'

/** How a Submit is called; absent: by no admin, in lane 0, folding nothing. */
export interface SubmitOptions extends Partial<SubmitRequest> {
  readonly isAdmin?: boolean
}

/** An entry with its canonical JSON. */
export type PublishedText = PublishedEntry & { readonly text: string }

/** What a Submit answered, and the keys that it looked at. */
export interface Simulation extends SubmitResult {
  readonly published: readonly (PublishedText & PlacedEntry)[]
  readonly reads: readonly string[]
}

/** The rules over a Map: one Submit at a time, no Fabric. */
export class MemoryLedger {
  readonly state: Map<string, string>
  /** Everything that was ever published, in order. */
  readonly published: PublishedText[]
  /** Every command that was ever submitted, in order. */
  readonly submitted: unknown[]
  readonly channel = 'consortium'
  #transactions: number

  constructor(from?: MemoryLedger) {
    this.state = new Map(from?.state)
    this.published = [...(from?.published ?? [])]
    this.submitted = [...(from?.submitted ?? [])]
    this.#transactions = from?.transactions ?? 0
  }

  get transactions(): number {
    return this.#transactions
  }

  /** Another ledger with the same past, which goes its own way. */
  clone(): MemoryLedger {
    return new MemoryLedger(this)
  }

  /** Runs a Submit as `organisation` and commits its writes. */
  async submit(
    organisation: string,
    commands: readonly unknown[],
    options: SubmitOptions = {},
  ): Promise<Simulation> {
    const result = await this.simulate(organisation, commands, options)
    this.commit(result)
    this.submitted.push(...commands)
    return result
  }

  /** Runs a Submit over the state as it is, by way of its JSON, without committing anything. */
  async simulate(
    organisation: string,
    commands: readonly unknown[],
    options: SubmitOptions = {},
  ): Promise<Simulation> {
    const { isAdmin = false, lane = 0, fold = [] } = options
    const request = parseSubmit(JSON.stringify({ lane, fold, commands }))
    const reads: string[] = []
    const readMany = (keys: readonly string[]): Promise<(string | undefined)[]> => {
      reads.push(...keys)
      return Promise.resolve(keys.map((key) => this.state.get(key)))
    }
    const call = this.#call(organisation, isAdmin)
    const result = await submit(request, { readMany, ...cryptography }, call)
    const published = result.published.map((one) => ({ ...one, text: canonicalEntry(one.entry) }))
    return { ...result, published, reads }
  }

  commit(result: Omit<Simulation, 'reads'>): void {
    for (const { name, value } of result.writes) {
      if (value === undefined) this.state.delete(name)
      else this.state.set(name, value)
    }
    this.published.push(...result.published.map(({ index: _index, ...published }) => published))
  }

  get<T>(key: Key<T>): T | undefined {
    const text = this.state.get(key.name)
    return text === undefined ? undefined : key.codec.decode(text)
  }

  entries(): Entry[] {
    return this.published.map(({ entry }) => entry)
  }

  /** Transactions whose credits to a holding have not been folded: what a gateway would name. */
  openCredits(account: string, asset: string): string[] {
    const prefix = `credit/${account}/${asset}/`
    return [...this.state.keys()].flatMap((name) =>
      name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
    )
  }

  /** The deltas of every account path that has any, in key order. */
  openDeltas(): { account: string; asset: string; deltas: string[] }[] {
    const accounts = new Map<string, { account: string; asset: string; deltas: string[] }>()
    for (const name of [...this.state.keys()].sort()) {
      const { kind, parts } = splitKey(name)
      if (kind !== 'delta') continue
      const [account, asset = ''] = [parts.slice(0, -2).join('/'), parts.at(-2)]
      const open = accounts.get(`${account} ${asset}`) ?? { account, asset, deltas: [] }
      open.deltas.push(parts.at(-1) ?? '')
      accounts.set(`${account} ${asset}`, open)
    }
    return [...accounts.values()]
  }

  /** A fold that names every open credit there is, or those of one account. */
  completeFold(only?: string): SubmitRequest['fold'] {
    const holdings = new Map<string, string[]>()
    for (const name of this.state.keys()) {
      const [kind, account = '', asset = '', transaction = ''] = name.split('/')
      if (kind !== 'credit' || (only !== undefined && account !== only)) continue
      const holding = `${account}/${asset}`
      holdings.set(holding, [...(holdings.get(holding) ?? []), transaction])
    }
    return [...holdings].map(([holding, transactions]) => {
      const [account = '', asset = ''] = holding.split('/')
      return { account, asset, transactions, complete: true }
    })
  }

  #call(organisation: string, isAdmin: boolean): CallContext {
    this.#transactions += 1
    const transactionId = this.#transactions.toString(16).padStart(64, '0')
    return { channel: this.channel, transactionId, caller: { organisation, isAdmin } }
  }
}
