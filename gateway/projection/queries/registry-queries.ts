import type { DatabaseSync } from 'node:sqlite'
import type {
  Account,
  Actor,
  Clock,
  CouponDay,
  CouponSeries,
  Key,
  Ledger,
  NetDebitCap,
  Organisation,
  PointsProgramme,
} from '../../../ledger/index.ts'
import {
  actorKey,
  clockKey,
  couponDayKey,
  isSeries,
  ledgerKey,
  netDebitCapKey,
  organisationKey,
  owedKey,
  programmeKey,
  quotaPoolKey,
  seriesKey,
} from '../../../ledger/index.ts'
import { Query } from '../query.ts'

/** Behind every identifier: they are of letters, digits, colon, dot and hyphen. */
const LAST = '~'

/** More organisations than a consortium has. */
const MAX_ORGANISATIONS = 1_000

interface RecordRow {
  readonly value: string
}

/** A page of records by id, from the first behind `after`. */
export interface IdPage {
  readonly after: string
  readonly limit: number
}

/** Who and what there is, by id. */
export class RegistryQueries {
  readonly #record: Query<RecordRow>
  readonly #range: Query<RecordRow>
  readonly #quota: Query<RecordRow>
  readonly #account: Query<Account>
  readonly #accountsOf: Query<{ readonly id: string }>

  constructor(database: DatabaseSync) {
    this.#record = new Query(database, 'SELECT value FROM records WHERE kind = ? AND id = ?')
    this.#range = new Query(
      database,
      `SELECT value FROM records WHERE kind = ? AND id > ? AND id < ? ORDER BY id LIMIT ?`,
    )
    this.#quota = new Query(
      database,
      `SELECT value FROM records
       WHERE kind = 'quota' AND (id = :bound OR (id > :bound || '/' AND id < :bound || '0'))`,
    )
    this.#account = new Query(database, 'SELECT id, owner, home FROM accounts WHERE id = ?')
    this.#accountsOf = new Query(database, 'SELECT id FROM accounts WHERE owner = ? ORDER BY id')
  }

  /** Undefined as long as the ledger has not been opened. */
  ledger(): Ledger | undefined {
    return this.#read('ledger', '', ledgerKey)
  }

  /** The time that the ledger knows; undefined until an organisation has told it. */
  clock(): Clock | undefined {
    return this.#read('clock', '', clockKey)
  }

  organisations({ after, limit }: IdPage): Organisation[] {
    return this.#list('organisation', after, LAST, limit, organisationKey(''))
  }

  /** The ids of all organisations, in order. */
  organisationIds(): string[] {
    return this.organisations({ after: '', limit: MAX_ORGANISATIONS }).map(({ id }) => id)
  }

  programme(asset: string): PointsProgramme | undefined {
    return this.#read('programme', asset, programmeKey(asset))
  }

  programmes({ after, limit }: IdPage): PointsProgramme[] {
    return this.#list('programme', after, LAST, limit, programmeKey(''))
  }

  series(id: string): CouponSeries | undefined {
    return this.#read('series', id, seriesKey(id))
  }

  allSeries({ after, limit }: IdPage): CouponSeries[] {
    return this.#list('series', after, LAST, limit, seriesKey(''))
  }

  /** How many coupons of a series an account used on the last day on which it did, if one counts. */
  couponDay(series: string, account: string): CouponDay | undefined {
    return this.#read('couponday', `${series}/${account}`, couponDayKey(series, account))
  }

  /** What may be issued of an asset in all; 0 when there is no such asset. */
  budget(asset: string): bigint {
    const terms = isSeries(asset) ? this.series(asset) : this.programme(asset)
    return terms?.budget ?? 0n
  }

  /** What bounds what an organisation may come to owe in a cycle. */
  netDebitCap(organisation: string): NetDebitCap | undefined {
    return this.#read('netdebitcap', organisation, netDebitCapKey(organisation))
  }

  /** Points of an asset that an account owes out of what it earns next. */
  owed(account: string, asset: string): bigint {
    return this.#read('owed', `${account}/${asset}`, owedKey(account, asset))?.amount ?? 0n
  }

  /** Whether the pool of a bound was ever written: that of a day or a cycle is full until then. */
  hasQuota(bound: string): boolean {
    return this.#record.one('quota', bound) !== undefined
  }

  /** What is left of a budget, in its pool and in all lanes. */
  budgetLeft(asset: string): bigint {
    const { codec } = quotaPoolKey(asset)
    const quotas = this.#quota.allNamed({ bound: asset })
    return quotas.reduce((sum, { value }) => sum + codec.decode(value).left, 0n)
  }

  actor(id: string): Actor | undefined {
    return this.#read('actor', id, actorKey(id))
  }

  /** Members and staff, of one organisation or of all. */
  actors({ after, limit }: IdPage, organisation?: string): Actor[] {
    // A person's id is organisation:name, and ';' is what comes after ':'.
    const [from, to] =
      organisation === undefined ? ['', LAST] : [`${organisation}:`, `${organisation};`]
    return this.#list('actor', after > from ? after : from, to, limit, actorKey(''))
  }

  account(id: string): Account | undefined {
    return this.#account.one(id)
  }

  accountsOf(owner: string): string[] {
    return this.#accountsOf.all(owner).map(({ id }) => id)
  }

  #read<T>(kind: string, id: string, key: Key<T>): T | undefined {
    const row = this.#record.one(kind, id)
    return row && key.codec.decode(row.value)
  }

  #list<T>(kind: string, after: string, before: string, limit: number, key: Key<T>): T[] {
    return this.#range.all(kind, after, before, limit).map(({ value }) => key.codec.decode(value))
  }
}
