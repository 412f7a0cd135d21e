import type { DatabaseSync } from 'node:sqlite'
import type { Delta, Lot } from '../../../ledger/index.ts'
import { SETTLEMENT_ASSET } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** What was posted to an account path, or to all accounts of a code, in one asset. */
export interface Turnover extends Delta {
  readonly path: string
  readonly asset: string
}

interface TurnoverRow {
  readonly path: string
  readonly asset: string
  readonly debit: string
  readonly credit: string
}

/** The general ledger as the chain's delta records have it, and the detail as the entries have it. */
export class BookQueries {
  readonly #general: Query<TurnoverRow>
  readonly #detail: Query<TurnoverRow>
  readonly #accounts: Query<TurnoverRow>
  readonly #account: Query<TurnoverRow>
  readonly #lots: Query<{
    readonly expires: string
    readonly availableFrom: string
    readonly amount: string
  }>

  constructor(database: DatabaseSync) {
    this.#general = new Query(database, 'SELECT * FROM general_ledger ORDER BY path, asset')
    this.#detail = new Query(database, 'SELECT * FROM code_totals ORDER BY path, asset')
    this.#accounts = new Query(
      database,
      `SELECT path, asset, debit, credit FROM balances
       WHERE asset = '${SETTLEMENT_ASSET}' AND path GLOB '[0-6]*/*' ORDER BY path`,
    )
    this.#account = new Query(
      database,
      'SELECT path, asset, debit, credit FROM balances WHERE path = ? AND asset = ?',
    )
    this.#lots = new Query(
      database,
      `SELECT expires, available_from AS availableFrom, amount
       FROM outstanding_lots WHERE asset = ? ORDER BY expires, available_from`,
    )
  }

  /** All sums of delta records: of codes, and of single clearing accounts. */
  general(): Turnover[] {
    return this.#general.all().map(toTurnover)
  }

  /** What the entries come to per code. */
  detail(): Turnover[] {
    return this.#detail.all().map(toTurnover)
  }

  /** Every account that is kept in money, such as 3001/organisation/counterparty/cycle, by its entries. */
  accounts(): Turnover[] {
    return this.#accounts.all().map(toTurnover)
  }

  /** What the entries have posted to one account that is kept in money; undefined: nothing. */
  account(path: string): Turnover | undefined {
    const row = this.#account.one(path, SETTLEMENT_ASSET)
    return row && toTurnover(row)
  }

  /**
   * The lots of all holdings of an asset together. One that could be spent before it was debited may
   * stand with its date and, negative, without it: only sums over dates that have come mean anything.
   */
  outstandingLots(asset: string): Lot[] {
    return this.#lots.all(asset).map(({ expires, availableFrom, amount }) => ({
      expires,
      ...(availableFrom !== '' && { availableFrom }),
      amount: BigInt(amount),
    }))
  }
}

function toTurnover({ path, asset, debit, credit }: TurnoverRow): Turnover {
  return { path, asset, debit: BigInt(debit), credit: BigInt(credit) }
}
