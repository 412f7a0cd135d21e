import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { deltaKey, splitKey } from '../../../ledger/index.ts'
import type { LedgerBlock, LedgerTransaction } from '../../fabric/ledger-block.ts'
import { BalanceWriter } from './balance-writer.ts'
import { EntryWriter } from './entry-writer.ts'
import { HoldingWriter } from './holding-writer.ts'
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
  readonly #balances: BalanceWriter
  readonly #outstanding: OutstandingWriter
  readonly #generalLedger: TurnoverWriter
  readonly #takers: ReadonlyMap<string, TakeWrite>

  constructor(database: DatabaseSync) {
    this.#insertBlock = database.prepare('INSERT INTO blocks VALUES (?, ?, ?)')
    this.#insertTransaction = database.prepare(
      `INSERT INTO transactions
         (block_number, position, id, validation_code, submitter, timestamp, entry_count)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#balances = new BalanceWriter(database)
    this.#outstanding = new OutstandingWriter(database)
    this.#generalLedger = new TurnoverWriter(database, 'general_ledger')
    this.#entries = new EntryWriter(database, this.#balances, this.#outstanding)
    this.#takers = this.#makeTakers(database)
  }

  /** Throws on what a block of this ledger cannot hold; the caller then rolls back. */
  write(block: LedgerBlock): void {
    this.#balances.begin()
    this.#outstanding.begin()
    this.#generalLedger.begin()
    this.#insertBlock.run(block.number, block.hash, block.previousHash)
    for (const transaction of block.transactions) this.#writeTransaction(block.number, transaction)
    this.#balances.flush()
    this.#outstanding.flush()
    this.#generalLedger.flush()
  }

  #makeTakers(database: DatabaseSync): ReadonlyMap<string, TakeWrite> {
    const registry = new RegistryWriter(database)
    const outcomes = new OutcomeWriter(database)
    const holdings = new HoldingWriter(database)
    const record = (kind: string): [string, TakeWrite] => [
      kind,
      (parts, value) => registry.put(kind, parts, present(value)),
    ]
    return new Map<string, TakeWrite>([
      ...['ledger', 'organisation', 'actor', 'programme', 'quota'].map(record),
      ['account', (_parts, value) => registry.putAccount(present(value))],
      ['command', (parts, value, tx) => outcomes.put(parts, present(value), tx)],
      ['holding', (parts, value) => holdings.putBase(parts, present(value))],
      ['credit', (parts, value, tx) => holdings.putCredit(parts, value, tx)],
      ['delta', (parts, value) => this.#addDelta(parts, present(value))],
      ['organisations', UNUSED],
      ['receipt', UNUSED],
      ['order', UNUSED],
      ['reversal', UNUSED],
    ])
  }

  /** `parts` are the account path, which may have slashes, asset and transaction. */
  #addDelta(parts: readonly string[], value: string): void {
    const path = parts.slice(0, -2).join('/')
    const asset = parts.at(-2) ?? ''
    this.#generalLedger.add(path, asset, deltaKey('', '', '').codec.decode(value))
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
    for (const { name, value } of transaction.writes) {
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
