import type { DatabaseSync } from 'node:sqlite'
import { hashKeyOf } from '../index-keys.ts'
import { entryJsonOf } from '../published-entry.ts'
import { Query } from '../query.ts'

/** An entry as it was published, and where. */
export interface StoredEntry {
  /** Order of arrival, from 1. */
  readonly seq: number
  readonly hash: string
  /** As it is stored, for `entryJsonOf` to read. */
  readonly text: string
  readonly transactionId: string
  readonly blockNumber: number
  readonly traceparent: string | null
}

/** One line of an account's statement. */
export interface StatementLine extends StoredEntry {
  /** Position of the posting in its entry, from 0. */
  readonly line: number
  readonly asset: string
  readonly side: 'debit' | 'credit'
  readonly amount: string
  /** How the account stood after it, on its normal side. */
  readonly balance: string
}

type PostedEntry = Omit<StatementLine, 'asset' | 'side' | 'amount'>

export interface EntryFilter {
  readonly type?: string
  /** An account path, such as 7102/mall:a-1 or 7101. */
  readonly path?: string
}

/** Where a page of a statement starts: below this posting. */
export interface StatementPosition {
  readonly seq: number
  readonly line: number
}

const ENTRY_COLUMNS = `
entries.seq AS seq, entries.hash AS hash, entries.text AS text,
transactions.id AS transactionId, block_number AS blockNumber, traceparent`

const ENTRIES = `
SELECT ${ENTRY_COLUMNS} FROM entries JOIN transactions ON transactions.seq = entries.tx`

const POSTED_ENTRIES = `
FROM postings JOIN entries ON entries.seq = postings.entry
JOIN transactions ON transactions.seq = entries.tx
WHERE balance = :balance`

const OF_TYPE = 'type = (SELECT id FROM entry_types WHERE name = :type)'

/** Entries, newest first, and the statements of accounts. */
export class EntryQueries {
  readonly #balances: Query<{ readonly id: number; readonly asset: string }>
  readonly #byHash: Query<StoredEntry>
  readonly #all: Query<StoredEntry>
  readonly #ofType: Query<StoredEntry>
  readonly #ofBalance: Query<StoredEntry>
  readonly #ofBalanceAndType: Query<StoredEntry>
  readonly #statement: Query<PostedEntry>

  constructor(database: DatabaseSync) {
    const newest = 'ORDER BY entries.seq DESC LIMIT :limit'
    const ofBalance = `SELECT DISTINCT ${ENTRY_COLUMNS} ${POSTED_ENTRIES} AND postings.entry < :before`
    const newestPosting = 'ORDER BY postings.entry DESC LIMIT :limit'
    this.#balances = new Query(database, 'SELECT id, asset FROM balances WHERE path = ?')
    this.#byHash = new Query(database, `${ENTRIES} WHERE hash_key = ? AND hash = ?`)
    this.#all = new Query(database, `${ENTRIES} WHERE entries.seq < :before ${newest}`)
    this.#ofType = new Query(
      database,
      `${ENTRIES} WHERE ${OF_TYPE} AND entries.seq < :before ${newest}`,
    )
    this.#ofBalance = new Query(database, `${ofBalance} ${newestPosting}`)
    this.#ofBalanceAndType = new Query(database, `${ofBalance} AND ${OF_TYPE} ${newestPosting}`)
    this.#statement = new Query(
      database,
      `SELECT ${ENTRY_COLUMNS}, line, balance_after AS balance ${POSTED_ENTRIES}
       AND (postings.entry, line) < (:seq, :line)
       ORDER BY postings.entry DESC, line DESC LIMIT :limit`,
    )
  }

  byHash(hash: string): StoredEntry | undefined {
    return this.#byHash.one(hashKeyOf(hash), hash)
  }

  /** Newest first, below `before`. */
  list({ type, path }: EntryFilter, before: number, limit: number): StoredEntry[] {
    if (path !== undefined) return this.#listOfPath(path, type, before, limit)
    if (type !== undefined) return this.#ofType.allNamed({ type, before, limit })
    return this.#all.allNamed({ before, limit })
  }

  /** Postings to an account path, newest first, below `position`: of one asset or of all. */
  statement(
    path: string,
    asset: string | undefined,
    { seq, line }: StatementPosition,
    limit: number,
  ): StatementLine[] {
    const balances = this.#balances.all(path)
    const asked = balances.filter((balance) => asset === undefined || balance.asset === asset)
    const rows = asked.flatMap(({ id }) =>
      this.#statement.allNamed({ balance: id, seq, line, limit }),
    )
    rows.sort((a, b) => b.seq - a.seq || b.line - a.line)
    return rows.slice(0, limit).map(statementLine)
  }

  /** An account has a few balances, one an asset; an entry may have touched several of them. */
  #listOfPath(
    path: string,
    type: string | undefined,
    before: number,
    limit: number,
  ): StoredEntry[] {
    const entries = new Map<number, StoredEntry>()
    for (const { id: balance } of this.#balances.all(path)) {
      const rows =
        type === undefined
          ? this.#ofBalance.allNamed({ balance, before, limit })
          : this.#ofBalanceAndType.allNamed({ balance, before, type, limit })
      for (const row of rows) entries.set(row.seq, row)
    }
    return [...entries.values()].sort((a, b) => b.seq - a.seq).slice(0, limit)
  }
}

function statementLine(row: PostedEntry): StatementLine {
  const posting = entryJsonOf(row.text).postings[row.line]
  if (posting === undefined) throw new Error(`entry ${row.hash} has no line ${row.line}`)
  const { asset, side, amount } = posting
  return { ...row, asset, side, amount }
}
