import type { Command } from 'commander'
import { addDays, organisationOf } from '../../ledger/index.ts'
import type { CouponLine } from '../coupon-lines.ts'
import { readCouponLines } from '../coupon-lines.ts'
import { finish } from '../day/finish.ts'
import { tillOf } from '../day/intent.ts'
import { commandText } from '../day/line-command.ts'
import { resultOf } from '../day/play-lines.ts'
import type { Task } from '../day/play.ts'
import { play } from '../day/play.ts'
import { startProgress } from '../day/progress.ts'
import { openDemoKeys } from '../demo-keys.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { NOT_AFTER_DAYS, readOpenLedger } from '../open-ledger.ts'
import type { PlayFlags } from './flags.ts'
import { addPlayFlags } from './flags.ts'

interface ImportCouponsFlags extends PlayFlags {
  readonly series: string
  readonly batch: string
}

/** `import-coupons FILE --series ID`: issues coupons to the accounts in a file. */
export function addImportCouponsCommand(program: Command): void {
  const command = program
    .command('import-coupons')
    .description('issue coupons of a series to the accounts in a file, signed by its issuer')
    .argument('<file>', 'CSV file: account,serial or account,count (at most 100 a line)')
    .requiredOption('--series <id>', 'series of coupons, such as mall:spring50:fen')
    .option(
      '--batch <name>',
      'name of the hand-out: the same line of another batch is other coupons',
      '',
    )
  addPlayFlags(command).action(async (file: string, flags: ImportCouponsFlags) => {
    process.exitCode = await runImport(file, flags)
  })
}

async function runImport(file: string, flags: ImportCouponsFlags): Promise<number> {
  const { series, batch, data, json = false, results, patience: patienceMs } = flags
  const lines = readCouponLines(file, { series, batch })
  const organisation = organisationOf(series)
  const gateways = openGateways(data)
  const gateway = gatewayOf(gateways, organisation)
  const keys = openDemoKeys(data)
  const { channel, ledgerId, businessDate, minBlock } = await readOpenLedger(gateway)
  const envelope = { channel, ledgerId, notAfter: addDays(businessDate, NOT_AFTER_DAYS) }
  const actor = tillOf(organisation)
  const tasks = lines.map(({ order }: CouponLine): Task | undefined => {
    if (order === undefined) return undefined
    const { id, account: to, serials } = order
    const body = { series, to, coupons: serials.map((serial) => ({ serial })) }
    return {
      gateway: organisation,
      // An account may have a cap, and a number can be given once.
      keys: [`account ${to}`, ...serials.map((serial) => `serial ${serial}`)],
      toText: () => commandText({ type: 'IssueCoupons', actor, body }, id, envelope, [actor], keys),
    }
  })
  const progress = startProgress(lines.length)
  const onSettled = (): void => progress.advance()
  for (const task of tasks) if (task === undefined) onSettled()
  const startedMs = performance.now()
  const toSend = tasks.filter((task) => task !== undefined)
  const played = await play(toSend, {
    gateways,
    role: 'client',
    minBlock,
    patienceMs,
    onSettled,
  }).finally(() => progress.end())
  const finished = {
    results: lines.map(({ line }, index) =>
      resultOf({ organisation, kind: 'coupons', line }, tasks[index], played),
    ),
    stopReason: played.stopReason,
    lastBlock: played.lastBlock,
    elapsedMs: performance.now() - startedMs,
  }
  const next = `Next: GET ${gateway.url}/series/${series} says what is left of the budget; importing the same lines again changes nothing`
  return await finish(finished, { gateways, json, results, patienceMs, next })
}
