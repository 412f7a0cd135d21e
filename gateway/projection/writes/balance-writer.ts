import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Posting } from '../../../ledger/index.ts'
import { CHART_OF_ACCOUNTS, codeOf } from '../../../ledger/index.ts'
import { Query } from '../query.ts'
import { TurnoverWriter } from './turnover-writer.ts'

interface Balance {
  readonly id: number
  readonly normal: Posting['side']
  debit: bigint
  credit: bigint
}

/** The turnover of every account path and asset, and of its code, written once a block. */
export class BalanceWriter {
  readonly #select: Query<{ readonly id: number; readonly debit: string; readonly credit: string }>
  readonly #insert: StatementSync
  readonly #update: StatementSync
  readonly #codeTotals: TurnoverWriter
  readonly #balances = new Map<string, Balance>()

  constructor(database: DatabaseSync) {
    this.#select = new Query(
      database,
      'SELECT id, debit, credit FROM balances WHERE path = ? AND asset = ?',
    )
    this.#insert = database.prepare(
      "INSERT INTO balances (path, asset, debit, credit) VALUES (?, ?, '0', '0')",
    )
    this.#update = database.prepare('UPDATE balances SET debit = ?, credit = ? WHERE id = ?')
    this.#codeTotals = new TurnoverWriter(database, 'code_totals')
  }

  /** Forgets what an abandoned block left behind. */
  begin(): void {
    this.#balances.clear()
    this.#codeTotals.begin()
  }

  /** Adds a posting; answers the balance's number and how it stands, on its normal side, after. */
  post({ account, asset, side, amount }: Posting): { readonly id: number; readonly after: bigint } {
    const name = `${account} ${asset}`
    let balance = this.#balances.get(name)
    if (balance === undefined) {
      balance = this.#read(account, asset)
      this.#balances.set(name, balance)
    }
    balance[side] += amount
    this.#codeTotals.add(codeOf(account), asset, { [side]: amount })
    const surplus = balance.debit - balance.credit
    return { id: balance.id, after: balance.normal === 'debit' ? surplus : -surplus }
  }

  flush(): void {
    for (const { id, debit, credit } of this.#balances.values()) {
      this.#update.run(String(debit), String(credit), id)
    }
    this.#codeTotals.flush()
  }

  #read(path: string, asset: string): Balance {
    const { normal } = CHART_OF_ACCOUNTS[codeOf(path)]
    const stored = this.#select.one(path, asset)
    if (stored === undefined) {
      const id = Number(this.#insert.run(path, asset).lastInsertRowid)
      return { id, normal, debit: 0n, credit: 0n }
    }
    const { id, debit, credit } = stored
    return { id, normal, debit: BigInt(debit), credit: BigInt(credit) }
  }
}
