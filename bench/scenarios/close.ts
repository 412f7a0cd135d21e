import {
  cycleName,
  deltaKey,
  ledgerKey,
  MAX_CLOSED_DELTAS,
  MAX_COMPACTED_DELTAS,
  SETTLEMENT_ASSET,
} from '../../ledger/index.ts'
import type { SignedCommand } from '../../ledger/index.ts'
import { MemoryLedger } from '../../test/support/memory-ledger.ts'
import { acceptAll } from '../../test/support/opened-ledger.ts'
import {
  financeOf,
  NETTED,
  paymentsOf,
  rollCycle,
  settle,
  settlementTerms,
  signedBy,
} from '../../test/support/settlement-world.ts'
import { openingCommands, signed } from '../../test/support/world.ts'
import type { BenchOptions, Measurement } from '../measurement.ts'
import { rounded } from '../measurement.ts'

const MEMBERS = 50
const DATE = '2026-11-30'
/** As many sales as a gateway puts into one transaction under load. */
const BATCH = 100
/** Commands in one Submit. */
const COMMANDS = 100

/** What is known of one clearing account: the names of its deltas, and what they come to. */
interface Clearing {
  names: string[]
  debit: bigint
  credit: bigint
}

/**
 * The close of a cycle over so many entries between fifty members, by the rules and without Fabric:
 * compacting what has too many deltas, closing each of 1,225 positions, and netting them. In the
 * middle of it everything is sent again from its beginning, as after a crash.
 */
export async function benchClose({ entries, report }: BenchOptions): Promise<Measurement> {
  const ledger = await openedLedger()
  const cycle = cycleName(ledger.get(ledgerKey)?.cycle ?? { date: DATE, number: 1 })
  report(`Making the deltas of ${String(entries)} entries …`)
  const clearing = trade(ledger, cycle, entries)
  const deltas = [...clearing.values()].reduce((sum, { names }) => sum + names.length, 0)
  await rollCycle(ledger)
  report('Compacting …')
  const startedMs = performance.now()
  const compactions = await compactAll(ledger, clearing)
  const compactedMs = performance.now()
  report('Closing …')
  const closings = closingsOf(clearing, cycle)
  const half = closings.slice(0, Math.floor(closings.length / 2))
  await send(ledger, half)
  const againMs = performance.now()
  const replayed = await send(ledger, half)
  const replayMs = performance.now() - againMs
  await send(ledger, closings.slice(half.length))
  await acceptAll(ledger, 'bank', [settle(cycle, pairsOf(members()))])
  const seconds = (performance.now() - startedMs - replayMs) / 1_000
  const owed = [...clearing.values()].reduce((sum, { debit, credit }) => sum + debit - credit, 0n)
  return {
    entries,
    members: MEMBERS,
    deltas,
    compactions,
    positions: closings.length,
    payments: paymentsOf(ledger).length,
    seconds: rounded(seconds, 100),
    ofItCompacting: rounded((compactedMs - startedMs) / 1_000, 100),
    secondsToSendHalfAgain: rounded(replayMs / 1_000, 100),
    correct: owed === 0n && replayed === half.length,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  }
}

function members(): string[] {
  return Array.from({ length: MEMBERS }, (_, at) =>
    at === 0 ? 'bank' : `member-${String(at).padStart(2, '0')}`,
  ).sort()
}

function pairsOf(organisations: readonly string[]): string[] {
  return organisations.flatMap((one, at) =>
    organisations.slice(at + 1).map((other) => `${one}:${other}`),
  )
}

async function openedLedger(): Promise<MemoryLedger> {
  const ledger = new MemoryLedger()
  const opening = signed('OpenLedger', 'bank', { businessDate: DATE })
  await acceptAll(ledger, 'bank', [opening], { isAdmin: true })
  for (const organisation of members()) {
    await acceptAll(ledger, organisation, openingCommands(organisation), { isAdmin: true })
  }
  const accounts = members().map((organisation) => ({ organisation, commitment: 'a'.repeat(64) }))
  const terms = settlementTerms(NETTED, { accounts })
  await acceptAll(ledger, 'bank', [signedBy(financeOf(...members()), 'DefineSettlement', terms)])
  return ledger
}

/** Puts on the ledger what so many sales among all pairs leave there, batch by batch. */
function trade(ledger: MemoryLedger, cycle: string, entries: number): Map<string, Clearing> {
  const clearing = new Map<string, Clearing>()
  const pairs = pairsOf(members())
  for (let first = 0; first < entries; first += BATCH) {
    const name = (first + 1).toString(16).padStart(64, '0')
    for (let at = first; at < Math.min(entries, first + BATCH); at += 1) {
      // A stride that has no factor in common with the number of pairs: all of them come round.
      const pair = pairs[(at * 367) % pairs.length] ?? ''
      const [one = '', other = ''] = at % 3 === 0 ? pair.split(':').toReversed() : pair.split(':')
      const amount = BigInt(1_000 + (at % 97) * 10_007)
      post(ledger, clearing, { path: `3001/${one}/${other}/${cycle}`, name, debit: amount })
      post(ledger, clearing, { path: `3001/${other}/${one}/${cycle}`, name, credit: amount })
    }
  }
  return clearing
}

function post(
  ledger: MemoryLedger,
  clearing: Map<string, Clearing>,
  posted: { path: string; name: string; debit?: bigint; credit?: bigint },
): void {
  const { path, name, debit = 0n, credit = 0n } = posted
  const account = clearing.get(path) ?? { names: [], debit: 0n, credit: 0n }
  clearing.set(path, account)
  account.debit += debit
  account.credit += credit
  const key = deltaKey(path, SETTLEMENT_ASSET, name)
  const before = ledger.get(key) ?? { debit: 0n, credit: 0n }
  if (account.names.at(-1) !== name) account.names.push(name)
  const after = { debit: before.debit + debit, credit: before.credit + credit }
  ledger.state.set(key.name, key.codec.encode(after))
}

/** What the keepers do: no account has more deltas than a closing can name. */
async function compactAll(ledger: MemoryLedger, clearing: Map<string, Clearing>): Promise<number> {
  let compactions = 0
  for (const [account, { names }] of clearing) {
    while (names.length > MAX_CLOSED_DELTAS) {
      const deltas = names.splice(0, MAX_COMPACTED_DELTAS)
      const command = signed('Compact', 'bank', { account, asset: SETTLEMENT_ASSET, deltas })
      const { writes } = await ledger.submit('bank', [command])
      const made = writes.find(
        ({ name, value }) => value !== undefined && name.startsWith('delta/'),
      )
      names.push(made?.name.split('/').at(-1) ?? '')
      compactions += 1
    }
  }
  return compactions
}

function closingsOf(clearing: ReadonlyMap<string, Clearing>, cycle: string): SignedCommand[] {
  return pairsOf(members()).map((pair) => {
    const [organisation = '', counterparty = ''] = pair.split(':')
    const own = clearing.get(`3001/${organisation}/${counterparty}/${cycle}`)
    const other = clearing.get(`3001/${counterparty}/${organisation}/${cycle}`)
    return signedBy(financeOf(organisation, counterparty), 'ClosePosition', {
      settlement: NETTED,
      cycle,
      organisation,
      counterparty,
      deltas: own?.names ?? [],
      counterDeltas: other?.names ?? [],
      toGet: String(own?.debit ?? 0n),
      toPay: String(own?.credit ?? 0n),
    })
  })
}

/** Sends closings in batches, and answers how many of them were done before. */
async function send(ledger: MemoryLedger, closings: readonly SignedCommand[]): Promise<number> {
  let replayed = 0
  for (let at = 0; at < closings.length; at += COMMANDS) {
    const { outcomes } = await ledger.submit('bank', closings.slice(at, at + COMMANDS))
    for (const outcome of outcomes) {
      if (outcome.status === 'refused') throw new Error(`refused: ${JSON.stringify(outcome)}`)
      if (outcome.replayed) replayed += 1
    }
  }
  return replayed
}
