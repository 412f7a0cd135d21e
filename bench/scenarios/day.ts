import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { OrderingType } from '../../network/consortium-file.ts'
import type { EngineName } from '../../network/engine.ts'
import { existingTopology } from '../../network/fabric/fabric-network.ts'
import { verifyLedgers } from '../../network/fabric/verify-ledgers.ts'
import { startNetwork } from '../../network/start-network.ts'
import { tallyDay } from '../../test/day/tally.ts'
import type { Fault } from '../../test/support/fabric-faults.ts'
import { KillableNetwork, makeFault } from '../../test/support/fabric-faults.ts'
import type { DayTotals } from '../../test/support/played-day.ts'
import { DayPlay, totalsOf, totalsOfTally } from '../../test/support/played-day.ts'
import type { Measurement } from '../measurement.ts'

const DATA = join(import.meta.dirname, '../../data')
/** Trading days whose files are there. */
export const DATES = ['2026-12-01', '2026-12-02'] as const
/** Other ports than a network of one's own is likely to have. */
const BASE_PORT = 23_400
/** When so much of the day is played, something happens to the network. */
const MIDDLE = 0.4

export interface DayOptions {
  readonly engine: EngineName
  readonly orderer: OrderingType
  /** What happens in the middle of the day; only on Fabric. */
  readonly fault: Fault
  /** Which trading day. */
  readonly date: string
}

/**
 * A trading day, played by the command-line tool in a process of its own on a fresh network, and
 * compared with the independent tally; on Fabric with the embedded ledger as well, and every block
 * at every peer with the others.
 */
export async function benchDay({ engine, orderer, fault, date }: DayOptions): Promise<Measurement> {
  const day = join(DATA, date)
  const dir = mkdtempSync(join(tmpdir(), 'tallystick-bench-'))
  try {
    const { totals, figures } = await playEmbedded(day, join(dir, 'embedded'))
    if (engine === 'embedded') return { engine, date, ...figures }
    const play = { day, orderer, fault, embedded: totals }
    const onFabric = await playOnFabric(join(dir, 'fabric'), play)
    return { engine, orderer, date, fault, ...onFabric }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

async function playEmbedded(
  day: string,
  dataDir: string,
): Promise<{ readonly totals: DayTotals; readonly figures: Measurement }> {
  const network = await startNetwork({ dataDir, ports: 'any' })
  try {
    const first = await new DayPlay(day, dataDir).played()
    const second = await new DayPlay(day, dataDir).played()
    const { lines, linesPerSecond, unresolved } = first.summary
    const totals = totalsOf(first)
    const figures = {
      lines,
      linesPerSecond,
      replayedLinesPerSecond: second.summary.linesPerSecond,
      unresolved,
      sameAsTally: isDeepStrictEqual(totals, expectedTotals(day)),
      rssMb: Math.round(process.memoryUsage.rss() / 1e6),
    }
    return { totals, figures }
  } finally {
    await network.close()
  }
}

interface FabricPlay {
  readonly day: string
  readonly orderer: OrderingType
  readonly fault: Fault
  readonly embedded: DayTotals
}

async function playOnFabric(
  dataDir: string,
  { day, orderer, fault, embedded }: FabricPlay,
): Promise<Measurement> {
  const network = await KillableNetwork.up({ dataDir, basePort: BASE_PORT, orderer })
  let play: DayPlay | undefined
  try {
    play = new DayPlay(day, dataDir)
    await play.reaches(MIDDLE)
    const startedMs = performance.now()
    await makeFault(network, fault)
    const faultSeconds = Math.round((performance.now() - startedMs) / 100) / 10
    const isInTheMiddle = !play.isOver
    const first = await play.played()
    // As the tool itself says when it had to give up; and once more, to see that nothing changes.
    const again = await new DayPlay(day, dataDir).played()
    await network.isWhole()
    const { blocks, peers, differences } = await verifyLedgers(existingTopology(dataDir))
    const { lines, linesPerSecond, unresolved } = first.summary
    // What was refused because it was too early is taken when it comes again: of a day that has such
    // lines the first play counts, unless it had to give up.
    const totals = totalsOf(first.summary.unresolved === 0 ? first : again)
    return {
      lines,
      linesPerSecond,
      faultSeconds,
      isInTheMiddle,
      unresolved,
      unresolvedAgain: again.summary.unresolved,
      replayedAgain: again.summary.replayed,
      sameAgain: isDeepStrictEqual(totalsOf(first), totalsOf(again)),
      sameAsTally: isDeepStrictEqual(totals, expectedTotals(day)),
      sameAsEmbedded: isDeepStrictEqual(totals, embedded),
      blocks,
      peers,
      peersAgree: differences.length === 0,
    }
  } finally {
    await play?.stop()
    await network.remove()
  }
}

function expectedTotals(day: string): DayTotals {
  return totalsOfTally(tallyDay(day))
}
