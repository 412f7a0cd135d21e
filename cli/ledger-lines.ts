import type { Static } from 'typebox'
import { Type } from 'typebox'
import { EntryText } from '../ledger/index.ts'
import type { GatewayClient } from './gateway-client.ts'

const PAGE_SIZE = 500

const EntriesPage = Type.Object({
  items: Type.Array(Type.Object({ hash: Type.String(), entry: EntryText })),
  nextCursor: Type.Optional(Type.String()),
})

type Item = Static<typeof EntriesPage>['items'][number]

/** What the lines of an account are asked for by. */
export interface LinesOrder {
  /** A path of the chart of accounts, such as 3001/bank/mall/2026-12-01.1 or 7104. */
  readonly account: string
  /** Only those in one asset. */
  readonly asset?: string | undefined
  readonly patienceMs: number
}

/** One posting to an account, as other systems know it. */
export interface LedgerLine {
  /** The order or the receipt that it is about; else its entry. */
  readonly reference: string
  readonly order: string
  readonly type: string
  readonly asset: string
  /** Above zero what was debited, below it what was credited. */
  readonly amount: string
  readonly day: string
  readonly entry: string
}

/**
 * The postings to an account, newest first, from a gateway's read model. Of a clearing account those of
 * its own cycle: what was traded, not what settled it. Throws GatewayFailure.
 */
export async function* ledgerLines(
  gateway: GatewayClient,
  { account, asset, patienceMs }: LinesOrder,
): AsyncGenerator<LedgerLine> {
  const [code, , , cycle] = account.split('/')
  const query = `account=${encodeURIComponent(account)}&limit=${String(PAGE_SIZE)}`
  for (let cursor = ''; ;) {
    const path = `/entries?${query}${cursor}`
    const { items, nextCursor } = await gateway.readPatiently(path, EntriesPage, patienceMs)
    for (const item of items) {
      if (code === '3001' && item.entry.cycle !== cycle) continue
      for (const line of linesOf(item, account)) {
        if (asset === undefined || line.asset === asset) yield line
      }
    }
    if (nextCursor === undefined) return
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`
  }
}

function linesOf({ hash, entry }: Item, account: string): LedgerLine[] {
  const { order = '', receipt = '' } = entry.references
  const reference = [order, receipt, hash].find((text) => text !== '') ?? hash
  return entry.postings
    .filter((posting) => posting.account === account)
    .map(({ asset, side, amount }) => ({
      reference,
      order,
      type: entry.type,
      asset,
      amount: side === 'debit' ? amount : `-${amount}`,
      day: entry.businessDate,
      entry: hash,
    }))
}
