import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { couponKey } from '../../../ledger/index.ts'

const { codec } = couponKey('', '')

/** Every coupon, as its record has it. */
export class CouponWriter {
  readonly #put: StatementSync

  constructor(database: DatabaseSync) {
    this.#put = database.prepare(
      `INSERT INTO coupons (series, serial, account, state, amount, valid_from, expires, kept_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET account = excluded.account, state = excluded.state,
         amount = excluded.amount, valid_from = excluded.valid_from, expires = excluded.expires,
         kept_by = excluded.kept_by`,
    )
  }

  put([series = '', serial = '']: readonly string[], value: string): void {
    const { account, state, amount, validFrom, expires, keptBy } = codec.decode(value)
    const dates = [validFrom, expires] as const
    this.#put.run(series, serial, account, state, String(amount), ...dates, keptBy ?? null)
  }
}
