import type { Command } from 'commander'
import { addDays } from '../../ledger/index.ts'
import { readDayFiles } from '../day/day-files.ts'
import type { FinishedPlay } from '../day/finish.ts'
import { finish } from '../day/finish.ts'
import { playDay } from '../day/play-day.ts'
import type { LineResult } from '../day/play-lines.ts'
import { checkDate } from '../day/roll-date.ts'
import { setUp } from '../day/set-up.ts'
import { makeDemoKeys } from '../demo-keys.ts'
import { firstGateway, openGateways } from '../gateways-file.ts'
import { NOT_AFTER_DAYS } from '../open-ledger.ts'
import type { PlayFlags } from './flags.ts'
import { addPlayFlags } from './flags.ts'

/** `day DIR`: plays the tills and wallets of a trading day through the gateways. */
export function addDayCommand(program: Command): void {
  const command = program
    .command('day')
    .description('play the tills and wallets of a trading day through the gateways')
    .argument('<dir>', 'folder with the files of the day, such as data/2026-12-01')
  addPlayFlags(command).action(async (dir: string, flags: PlayFlags) => {
    process.exitCode = await runDay(dir, flags)
  })
}

async function runDay(dir: string, flags: PlayFlags): Promise<number> {
  const { data, json = false, results, patience: patienceMs } = flags
  const day = readDayFiles(dir)
  const gateways = openGateways(data)
  const options = { gateways, keys: makeDemoKeys(data, day.seed), patienceMs }
  console.error(
    `Registering ${gateways.size} organisations, ${day.programmes.length} programmes and ${day.members.length} members`,
  )
  const { envelope, minBlock } = await setUp(day, addDays(day.tradingDate, NOT_AFTER_DAYS), options)
  await checkDate(day, envelope, minBlock, options)
  const startedMs = performance.now()
  const played = await playDay(day, { ...options, envelope, minBlock })
  const finished: FinishedPlay = { ...played, elapsedMs: performance.now() - startedMs }
  const { url } = firstGateway(gateways)
  const isTaken = isAnotherDay(played.results)
  const next = isTaken
    ? ANOTHER_DAY
    : `Next: run it again (nothing changes), or look around at ${url}/docs`
  const status = await finish(finished, { gateways, json, results, patienceMs, next })
  return isTaken ? 1 : status
}

const ANOTHER_DAY =
  'These are the files of another day than was played on this ledger. A line is known by its organisation, its kind of file and its number, so a ledger takes one day: start one with a --data of its own for this day, or start over with `npm start -- --reset`.'

/** Whether most lines came under numbers that lines of other files have used. */
function isAnotherDay(results: readonly LineResult[]): boolean {
  const reused = results.filter(({ result }) => result === 'COMMAND_ID_REUSED')
  return reused.length > results.length / 2
}
