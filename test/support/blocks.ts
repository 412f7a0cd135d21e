import { hash } from 'node:crypto'
import { signCommand } from '../../cli/wallet.ts'
import type { LedgerBlock, LedgerTransaction } from '../../gateway/fabric/ledger-block.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import type { Simulation, SubmitOptions } from './memory-ledger.ts'
import { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, FIXED, FLASH, MEMBERS, refill } from './opened-ledger.ts'
import {
  command,
  definePoints,
  HUI,
  OPENING_DATE,
  openingCommands,
  ORGANISATIONS,
  registerMember,
  signed,
  STAR,
  walletOf,
} from './world.ts'

/** A ledger over a Map that also puts what it commits into blocks, as a peer would deliver them. */
export class BlockLedger extends MemoryLedger {
  readonly blocks: LedgerBlock[] = []
  #waiting: LedgerTransaction[] = []

  /** A new chain with its genesis block, or one with the past of another. */
  constructor(from?: BlockLedger) {
    super(from)
    if (from === undefined) this.cut()
    else this.blocks.push(...from.blocks)
  }

  override async submit(
    organisation: string,
    commands: readonly unknown[],
    options: SubmitOptions = {},
  ): Promise<Simulation> {
    const result = await super.submit(organisation, commands, options)
    // As in a gateway: when nothing is to be written the transaction is not ordered.
    if (result.writes.length === 0) return result
    const { writes, published: entries } = result
    const id = this.transactions.toString(16).padStart(64, '0')
    this.#wait({ id, validationCode: 'VALID', submitter: organisation, writes, entries })
    return result
  }

  /** Orders a transaction that does not pass validation. */
  submitInvalid(id: string, validationCode: string, submitter: string): void {
    this.#wait({ id, validationCode, submitter, writes: [], entries: [] })
  }

  /** Puts what waits into a block, which may be empty. */
  cut(): LedgerBlock {
    const last = this.blocks.at(-1)
    const content = { number: BigInt(this.blocks.length), previousHash: last?.hash ?? '' }
    const transactions = this.#waiting
    const identity = [content.number, content.previousHash, ...transactions.map(({ id }) => id)]
    const block = { ...content, hash: hash('sha256', identity.join(' ')), transactions }
    this.blocks.push(block)
    this.#waiting = []
    return block
  }

  #wait(transaction: Omit<LedgerTransaction, 'index' | 'timestamp'>): void {
    const index = this.#waiting.length
    this.#waiting.push({ ...transaction, index, timestamp: '2026-11-30T08:00:00.000Z' })
  }
}

let opened: Promise<BlockLedger> | undefined

/** Three organisations with staff, members and programmes, and quota in lane 0; in four blocks. */
export async function openedBlocks(): Promise<BlockLedger> {
  opened ??= open()
  return new BlockLedger(await opened)
}

/** The date rolls to the first cycle of the day after OPENING_DATE. */
export function rollToDecember(): SignedCommand {
  return roll(OPENING_DATE, '2026-12-01')
}

/** The date rolls from the first cycle of one day to that of another. */
export function roll(from: string, to: string): SignedCommand {
  const body = { from: { date: from, number: 1 }, to: { date: to, number: 1 } }
  const unsigned = command('RollBusinessDate', 'bank:finance-1', body)
  return signCommand(unsigned, walletOf('bank:finance-1'), walletOf('mall:finance-1'))
}

async function open(): Promise<BlockLedger> {
  const ledger = new BlockLedger()
  const opening = signed('OpenLedger', 'bank', { businessDate: OPENING_DATE })
  await acceptAll(ledger, 'bank', [opening], { isAdmin: true })
  ledger.cut()
  for (const organisation of ORGANISATIONS) {
    await acceptAll(ledger, organisation, openingCommands(organisation), { isAdmin: true })
  }
  ledger.cut()
  await acceptAll(ledger, 'bank', [
    ...MEMBERS.map(registerMember),
    definePoints(STAR, { partners: ['bank', 'airline'] }),
    definePoints(HUI, { partners: ['mall'], acceptors: ['mall', 'bank'] }),
    definePoints(FLASH, { expiresAfterMonths: 0, partners: ['mall', 'bank'] }),
    definePoints(FIXED, { transferable: false, expiresAfterMonths: null }),
  ])
  for (const asset of [STAR, HUI, FLASH, FIXED]) {
    await acceptAll(ledger, asset.split(':')[0] ?? '', [refill(asset, '100000')])
  }
  ledger.cut()
  return ledger
}
