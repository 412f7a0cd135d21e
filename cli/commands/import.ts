import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { addDays } from '../../ledger/index.ts'
import { finish } from '../day/finish.ts'
import { deterministicId } from '../day/line-command.ts'
import type { DayLine } from '../day/line-files.ts'
import { inOrderOfDay, readLineFile } from '../day/line-files.ts'
import { playLines } from '../day/play-lines.ts'
import { startProgress } from '../day/progress.ts'
import { openDemoKeys } from '../demo-keys.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { NOT_AFTER_DAYS, readOpenLedger } from '../open-ledger.ts'
import type { PlayFlags } from './flags.ts'
import { addPlayFlags } from './flags.ts'

interface ImportFlags extends PlayFlags {
  readonly as: string
}

/** `import FILE --as ORG`: books one till file of earnings. */
export function addImportCommand(program: Command): void {
  const command = program
    .command('import')
    .description('book one file of earnings, as tills export it, on the current business date')
    .argument('<file>', 'CSV file: time,store,receipt,member,amount_fen,asset,available_from')
    .requiredOption('--as <organisation>', 'organisation whose tills made the file')
  addPlayFlags(command).action(async (file: string, flags: ImportFlags) => {
    process.exitCode = await runImport(file, flags)
  })
}

async function runImport(file: string, flags: ImportFlags): Promise<number> {
  const { as: organisation, data, json = false, results, patience: patienceMs } = flags
  const gateways = openGateways(data)
  const gateway = gatewayOf(gateways, organisation)
  const keys = openDemoKeys(data)
  const { channel, ledgerId, businessDate, minBlock } = await readOpenLedger(gateway)
  const startTime = `${businessDate}T00:00:00`
  const lines = inOrderOfDay(readLineFile(file, { kind: 'earnings', organisation, startTime }))
  // The same line numbers of another file are other purchases.
  const digest = hash('sha256', readFileSync(file))
  const idOf = ({ kind, line }: DayLine): string =>
    deterministicId(`${digest}/${organisation}/${kind}/${line}`)
  const envelope = { channel, ledgerId, notAfter: addDays(businessDate, NOT_AFTER_DAYS) }
  const progress = startProgress(lines.length)
  const startedMs = performance.now()
  const played = await playLines(lines, {
    gateways,
    keys,
    envelope,
    idOf,
    minBlock,
    patienceMs,
    onSettled: () => progress.advance(),
  }).finally(() => progress.end())
  const finished = { ...played, elapsedMs: performance.now() - startedMs }
  const next = `Next: look at the entries at ${gateway.url}/docs; importing the same file again changes nothing`
  return await finish(finished, { gateways, json, results, patienceMs, next })
}
