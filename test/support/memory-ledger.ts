import { cryptography } from '../../chaincode/cryptography.ts'
import type {
  CallContext,
  Entry,
  Key,
  PublishedEntry,
  SubmitRequest,
  SubmitResult,
} from '../../ledger/index.ts'
import { parseEntry, parseSubmit, submit } from '../../ledger/index.ts'

type EntryJson = Parameters<typeof parseEntry>[0]

/** How a Submit is called; absent: by no admin, in lane 0, folding nothing. */
export interface SubmitOptions extends Partial<SubmitRequest> {
  readonly isAdmin?: boolean
}

/** What a Submit answered, and the keys that it looked at. */
export interface Simulation extends SubmitResult {
  readonly reads: readonly string[]
}

/** The rules over a Map: one Submit at a time, no Fabric. */
export class MemoryLedger {
  readonly state: Map<string, string>
  /** Everything that was ever published, in order. */
  readonly published: PublishedEntry[]
  readonly channel = 'consortium'
  #transactions: number

  constructor(from?: MemoryLedger) {
    this.state = new Map(from?.state)
    this.published = [...(from?.published ?? [])]
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
    return { ...result, reads }
  }

  commit(result: SubmitResult): void {
    for (const { name, value } of result.writes) {
      if (value === undefined) this.state.delete(name)
      else this.state.set(name, value)
    }
    this.published.push(...result.published)
  }

  get<T>(key: Key<T>): T | undefined {
    const text = this.state.get(key.name)
    return text === undefined ? undefined : key.codec.decode(text)
  }

  entries(): Entry[] {
    return this.published.map(({ text }) => parseEntry(JSON.parse(text) as EntryJson))
  }

  /** Transactions whose credits to a holding have not been folded: what a gateway would name. */
  openCredits(account: string, asset: string): string[] {
    const prefix = `credit/${account}/${asset}/`
    return [...this.state.keys()].flatMap((name) =>
      name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
    )
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
