import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../data/seeded-random.ts'
import type { LedgerBlock } from '../../gateway/fabric/ledger-block.ts'
import { Projection } from '../../gateway/projection/projection.ts'
import type { SignedCommand, StateWrite, SubmitRequest } from '../../ledger/index.ts'
import { splitKey } from '../../ledger/index.ts'
import { BlockLedger, openedBlocks } from '../../test/support/blocks.ts'
import { issue, transfer } from '../../test/support/opened-ledger.ts'
import { ORGANISATIONS, registerMember, STAR } from '../../test/support/world.ts'
import type { Measurement } from '../measurement.ts'

const BLOCKS = 12
const ENTRIES_PER_BLOCK = 1_000
const MEMBERS_PER_ORGANISATION = 1_000

let made: Promise<readonly LedgerBlock[]> | undefined

/**
 * What a gateway's projection costs per entry: blocks of transfers between members of three
 * organisations, put into a store on disk. Decoding them is not in it.
 */
export async function benchProjection(): Promise<Measurement> {
  made ??= makeBlocks()
  const blocks = await made
  const directory = mkdtempSync(join(tmpdir(), 'tallystick-projection-'))
  const path = join(directory, 'projection.db')
  const projection = Projection.open(path)
  try {
    for (const block of blocks.slice(0, -BLOCKS)) projection.apply(block)
    projection.commit()
    const { size } = statSync(path)
    const measured = apply(projection, blocks.slice(-BLOCKS))
    projection.close()
    const entries = BLOCKS * ENTRIES_PER_BLOCK
    return {
      entriesPerBlock: ENTRIES_PER_BLOCK,
      cpuUsPerEntry: Math.round((measured.cpuUs * 10) / entries) / 10,
      longestBlockMs: Math.round(measured.longestBlockMs),
      commitMs: Math.round(measured.commitMs),
      bytesPerEntry: Math.round((statSync(path).size - size) / entries),
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Processor time of user and system, all threads, with the commit in it. */
function apply(
  projection: Projection,
  blocks: readonly LedgerBlock[],
): { readonly cpuUs: number; readonly longestBlockMs: number; readonly commitMs: number } {
  let cpuUs = 0
  const run = (step: () => void): number => {
    const before = process.cpuUsage()
    const started = performance.now()
    step()
    const elapsedMs = performance.now() - started
    const { user, system } = process.cpuUsage(before)
    cpuUs += user + system
    return elapsedMs
  }
  const times = blocks.map((block) => {
    // As new as a block that has just been decoded.
    const copy = structuredClone(block)
    return run(() => projection.apply(copy))
  })
  const commitMs = run(() => projection.commit())
  return { cpuUs, longestBlockMs: Math.max(...times), commitMs }
}

/** Members with points, and then blocks of one transaction of every organisation's gateway. */
async function makeBlocks(): Promise<readonly LedgerBlock[]> {
  const ledger = new BlockLedger(await openedBlocks())
  const credits = new OpenCredits()
  const accept = async (
    organisation: string,
    commands: readonly SignedCommand[],
  ): Promise<void> => {
    const fold = credits.foldFor(commands)
    const { outcomes, writes } = await ledger.submit(organisation, commands, { fold })
    const refused = outcomes.find(({ status }) => status === 'refused')
    if (refused !== undefined) throw new Error(JSON.stringify(refused))
    credits.note(writes)
  }
  const members = ORGANISATIONS.map((organisation) =>
    Array.from({ length: MEMBERS_PER_ORGANISATION }, (_, index) => `${organisation}:m-${index}`),
  )
  for (const [place, organisation] of ORGANISATIONS.entries()) {
    await accept(organisation, (members[place] ?? []).map(registerMember))
  }
  for (const part of members) {
    await accept(
      'mall',
      part.map((member) => issue(STAR, member, '300')),
    )
  }
  ledger.cut()
  const random = seededRandom(1)
  for (let block = 0; block < BLOCKS; block += 1) {
    for (const [place, organisation] of ORGANISATIONS.entries()) {
      const count = Math.ceil((ENTRIES_PER_BLOCK - place) / ORGANISATIONS.length)
      const transfers = Array.from({ length: count }, () => {
        const from = random.pick(members[place] ?? [])
        const others = members[random.below(members.length)] ?? []
        return transfer(STAR, from, random.pick(others.filter((other) => other !== from)), '1')
      })
      await accept(organisation, transfers)
    }
    ledger.cut()
  }
  return ledger.blocks
}

/** The credits that no debit has folded in yet, by account: what a gateway knows. */
class OpenCredits {
  readonly #transactions = new Map<string, Set<string>>()

  note(writes: readonly StateWrite[]): void {
    for (const { name, value } of writes) {
      const { kind, parts } = splitKey(name)
      if (kind !== 'credit') continue
      const [account = '', , transaction = ''] = parts
      const open = this.#transactions.get(account) ?? new Set()
      this.#transactions.set(account, open)
      if (value === undefined) open.delete(transaction)
      else open.add(transaction)
    }
  }

  /** All credits of the accounts that the commands debit. */
  foldFor(commands: readonly SignedCommand[]): SubmitRequest['fold'] {
    const payers = new Set(commands.map(({ command }) => String(command.body['from'])))
    return [...payers].flatMap((account) => {
      const transactions = [...(this.#transactions.get(account) ?? [])]
      if (transactions.length === 0) return []
      return [{ account, asset: STAR, transactions, complete: true }]
    })
  }
}
