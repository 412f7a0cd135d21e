import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { commandKey, CONTRACT_KINDS, splitKey } from '../../../ledger/index.ts'
import type { LedgerBlock, LedgerTransaction } from '../../fabric/ledger-block.ts'
import type { BalanceCache } from './balance-cache.ts'
import { ContractWriter } from './contract-writer.ts'
import { CouponWriter } from './coupon-writer.ts'
import { EntryWriter } from './entry-writer.ts'
import { HoldingWriter } from './holding-writer.ts'
import { OpenDeltasWriter } from './open-deltas-writer.ts'
import { OutcomeWriter } from './outcome-writer.ts'
import { OutstandingWriter } from './outstanding-writer.ts'
import { RegistryWriter } from './registry-writer.ts'
import { TurnoverWriter } from './turnover-writer.ts'

/** Takes in a write to one kind of key: the parts of its name behind the kind, and its value. */
type TakeWrite = (parts: readonly string[], value: string | undefined, tx: number) => void

/** Nothing is read from these: an entry's references and the outcomes say the same. */
const UNUSED: TakeWrite = () => {}

/** Turns a block into rows. Its caller holds the database transaction. */
export class BlockWriter {
  readonly #insertBlock: StatementSync
  readonly #insertTransaction: StatementSync
  readonly #entries: EntryWriter
  readonly #balances: BalanceCache
  readonly #codeTotals: TurnoverWriter
  readonly #outstanding: OutstandingWriter
  readonly #generalLedger: TurnoverWriter
  readonly #takers: ReadonlyMap<string, TakeWrite>

  constructor(database: DatabaseSync, balances: BalanceCache) {
    this.#insertBlock = database.prepare('INSERT INTO blocks VALUES (?, ?, ?)')
    this.#insertTransaction = database.prepare(
      `INSERT INTO transactions
         (block_number, position, id, validation_code, submitter, timestamp, entry_count)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#balances = balances
    this.#codeTotals = new TurnoverWriter(database, 'code_totals')
    this.#outstanding = new OutstandingWriter(database)
    this.#generalLedger = new TurnoverWriter(database, 'general_ledger')
    this.#entries = new EntryWriter(database, {
      balances,
      codeTotals: this.#codeTotals,
      outstanding: this.#outstanding,
    })
    this.#takers = this.#makeTakers(database)
  }

  /**
   * Throws on what a block of this ledger cannot hold; the caller then rolls back. What it changes
   * of balances is the cache's to keep.
   */
  write(block: LedgerBlock): void {
    this.#entries.begin()
    this.#balances.begin()
    this.#codeTotals.begin()
    this.#outstanding.begin()
    this.#generalLedger.begin()
    this.#insertBlock.run(block.number, block.hash, block.previousHash)
    for (const transaction of block.transactions) this.#writeTransaction(block.number, transaction)
    this.#codeTotals.flush()
    this.#outstanding.flush()
    this.#generalLedger.flush()
  }

  #makeTakers(database: DatabaseSync): ReadonlyMap<string, TakeWrite> {
    const registry = new RegistryWriter(database)
    const outcomes = new OutcomeWriter(database)
    const deltas = new OpenDeltasWriter(database, this.#generalLedger)
    const holdings = new HoldingWriter(this.#balances)
    const coupons = new CouponWriter(database)
    const contracts = new ContractWriter(database)
    const contract = (kind: string): [string, TakeWrite] => [
      kind,
      (parts, value) => contracts.put(kind, parts, present(value)),
    ]
    const record = (kind: string): [string, TakeWrite] => [
      kind,
      (parts, value) => registry.put(kind, parts, present(value)),
    ]
    return new Map<string, TakeWrite>([
      ...[
        'ledger',
        'clock',
        'organisation',
        'actor',
        'programme',
        'series',
        'quota',
        'couponday',
        'owed',
        'netdebitcap',
        'periodlock',
      ].map(record),
      ...CONTRACT_KINDS.map(contract),
      ['coupon', (parts, value) => coupons.put(parts, present(value))],
      ['account', (_parts, value) => registry.putAccount(present(value))],
      ['command', (parts, value, tx) => outcomes.put(parts, present(value), tx)],
      ['holding', (parts, value) => holdings.putBase(parts, present(value))],
      ['credit', (parts, value, tx) => holdings.putCredit(parts, value, tx)],
      ['delta', (parts, value) => deltas.put(parts, value)],
      ['organisations', UNUSED],
      ['receipt', UNUSED],
      ['order', UNUSED],
      ['reversal', UNUSED],
      ['couponcount', UNUSED],
      ['claimcode', UNUSED],
      ['rushclaim', UNUSED],
      ['exchanged', UNUSED],
      ['returned', UNUSED],
    ])
  }

  #writeTransaction(blockNumber: bigint, transaction: LedgerTransaction): void {
    const { index, id, validationCode, submitter, timestamp, entries } = transaction
    const origin = [validationCode, submitter, timestamp] as const
    const { lastInsertRowid } = this.#insertTransaction.run(
      blockNumber,
      index,
      id,
      ...origin,
      entries.length,
    )
    const tx = Number(lastInsertRowid)
    if (validationCode !== 'VALID') return
    const told = new Set(entries.map(({ entry }) => commandKey(entry.actor, entry.commandId).name))
    for (const { name, value } of transaction.writes) {
      // Such an outcome is made again from its entry.
      if (told.has(name)) continue
      const { kind, parts } = splitKey(name)
      const take = this.#takers.get(kind)
      if (take === undefined) throw new Error(`a kind of key that is not projected: ${name}`)
      take(parts, value, tx)
    }
    for (const entry of entries) this.#entries.put(entry, tx)
  }
}

function present(value: string | undefined): string {
  if (value === undefined) throw new Error('a record that is never deleted was deleted')
  return value
}
