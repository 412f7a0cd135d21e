import { Type } from 'typebox'
import { EntryText } from '../../ledger/index.ts'
import type { CommandAnswer, GatewayClient } from '../gateway-client.ts'
import type { EarningLine, KindOfLine } from './line-files.ts'

/** An organisation's receipt, as a name. */
export function receiptOf({ organisation, fields }: EarningLine | KindOfLine<'returns'>): string {
  return `receipt ${organisation} ${fields?.receipt ?? ''}`
}

const EntryAnswer = Type.Object({ entry: EntryText })

/** The entries that awarded points for receipts: whoever takes one back has to show it whole. */
export class Awards {
  readonly #hashes = new Map<string, string>()
  readonly #blocks = new Map<string, string>()

  /** Notes what became of an award; only the first of a receipt is one. */
  note(receipt: string, { entryHash, blockNumber = '0' }: CommandAnswer): void {
    if (entryHash === undefined || this.#hashes.has(receipt)) return
    this.#hashes.set(receipt, entryHash)
    this.#blocks.set(receipt, blockNumber)
  }

  /**
   * The entry of a receipt as a gateway has it, or nothing for a receipt without an award: the ledger
   * is to refuse that. Throws GatewayFailure.
   */
  async entryOf(receipt: string, gateway: GatewayClient): Promise<object | undefined> {
    const hash = this.#hashes.get(receipt)
    if (hash === undefined) return undefined
    const minBlock = this.#blocks.get(receipt) ?? '0'
    const { entry } = await gateway.read(`/entries/${hash}?minBlock=${minBlock}`, EntryAnswer)
    return entry
  }
}
