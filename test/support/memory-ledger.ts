import { cryptography } from '../../chaincode/cryptography.ts'
import type { CallContext, SubmitRequest, SubmitResult } from '../../ledger/index.ts'
import { submit } from '../../ledger/index.ts'

/** The rules over a Map: one Submit at a time, no Fabric. */
export class MemoryLedger {
  readonly state = new Map<string, string>()
  #transactions = 0

  readonly channel = 'consortium'

  /** Runs a Submit as `organisation` and commits its writes. */
  async submit(
    organisation: string,
    commands: readonly unknown[],
    options: Partial<SubmitRequest> & { readonly isAdmin?: boolean } = {},
  ): Promise<SubmitResult> {
    const { isAdmin = false, lane = 0, fold = [] } = options
    const call = this.#call(organisation, isAdmin)
    const request = { lane, fold, commands: [...commands] }
    const result = await submit(request, { readMany: this.#readMany, ...cryptography }, call)
    for (const { name, value } of result.writes) {
      if (value === undefined) this.state.delete(name)
      else this.state.set(name, value)
    }
    return result
  }

  /** Transactions whose credits to a holding have not been folded: what a gateway would name. */
  openCredits(account: string, asset: string): string[] {
    const prefix = `credit/${account}/${asset}/`
    return [...this.state.keys()].flatMap((name) =>
      name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
    )
  }

  #call(organisation: string, isAdmin: boolean): CallContext {
    this.#transactions += 1
    const transactionId = this.#transactions.toString(16).padStart(64, '0')
    return { channel: this.channel, transactionId, caller: { organisation, isAdmin } }
  }

  readonly #readMany = (keys: readonly string[]): Promise<(string | undefined)[]> =>
    Promise.resolve(keys.map((key) => this.state.get(key)))
}
