import type { DatabaseSync } from 'node:sqlite'
import type { BusinessDate, CouponState } from '../../../ledger/index.ts'
import { COUPON_STATES } from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** A coupon with its name. The amount is decimal text, in the unit of the series. */
export interface StoredCoupon {
  readonly series: string
  readonly serial: string
  readonly account: string
  readonly state: CouponState
  readonly amount: string
  readonly validFrom: string
  readonly expires: string
  readonly keptBy: string | null
}

/** Which coupons: those of an account, of a state, or that expire up to a date. */
export interface CouponFilter {
  readonly account?: string | undefined
  readonly state?: string | undefined
  readonly expiresBy?: BusinessDate | undefined
}

/** A page of coupons by series and serial, from the first behind `after`. */
export interface CouponPage {
  readonly after: { readonly series: string; readonly serial: string }
  readonly limit: number
}

const COLUMNS = `series, serial, account, state, amount,
  valid_from AS validFrom, expires, kept_by AS keptBy`

/** Coupons, by series and serial. */
export class CouponQueries {
  readonly #read: Query<StoredCoupon>
  readonly #ofAccount: Query<StoredCoupon>
  readonly #all: Query<StoredCoupon>
  readonly #expired: Query<StoredCoupon>
  readonly #counts: Query<{ readonly state: CouponState; readonly count: number }>

  constructor(database: DatabaseSync) {
    const filter = `(:state IS NULL OR state = :state)
      AND (:expiresBy IS NULL OR expires <= :expiresBy)
      AND (series, serial) > (:series, :serial)
      ORDER BY series, serial LIMIT :limit`
    this.#read = new Query(
      database,
      `SELECT ${COLUMNS} FROM coupons WHERE series = ? AND serial = ?`,
    )
    this.#ofAccount = new Query(
      database,
      `SELECT ${COLUMNS} FROM coupons WHERE account = :account AND ${filter}`,
    )
    this.#all = new Query(database, `SELECT ${COLUMNS} FROM coupons WHERE ${filter}`)
    this.#expired = new Query(
      database,
      `SELECT ${COLUMNS} FROM coupons WHERE state = 'held' AND expires < :today
         AND account > :home || ':' AND account < :home || ';'
       ORDER BY expires, series, serial LIMIT :limit`,
    )
    this.#counts = new Query(database, 'SELECT state, count FROM coupon_counts WHERE series = ?')
  }

  /** How many coupons of a series there are in each state. */
  counts(series: string): Record<CouponState, number> {
    const counts = new Map(this.#counts.all(series).map(({ state, count }) => [state, count]))
    const entries = COUPON_STATES.map((state) => [state, counts.get(state) ?? 0])
    return Object.fromEntries(entries) as Record<CouponState, number>
  }

  read(series: string, serial: string): StoredCoupon | undefined {
    return this.#read.one(series, serial)
  }

  list({ after, limit }: CouponPage, filter: CouponFilter): StoredCoupon[] {
    const { account, state = null, expiresBy = null } = filter
    const page = { ...after, limit, state, expiresBy }
    return account === undefined
      ? this.#all.allNamed(page)
      : this.#ofAccount.allNamed({ ...page, account })
  }

  /** Coupons in the wallets of a home organisation whose last day is over, the oldest first. */
  expired(home: string, today: BusinessDate, limit: number): StoredCoupon[] {
    return this.#expired.allNamed({ home, today, limit })
  }
}
