import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import type { LedgerLine } from '../ledger-lines.ts'
import { ledgerLines } from '../ledger-lines.ts'
import type { CommonFlags } from './flags.ts'
import { addCommonFlags } from './flags.ts'

interface ExportFlags extends CommonFlags {
  readonly org: string
  readonly account: string
  readonly asset?: string
  readonly out: string
}

const COLUMNS = ['reference', 'order', 'type', 'asset', 'amount', 'day', 'entry'] as const

/** `export-lines`: what was posted to an account, as a file that can be reconciled with others. */
export function addExportLinesCommand(program: Command): void {
  const command = program
    .command('export-lines')
    .description(
      'write what was posted to an account as CSV, for reconcile and statement; ' +
        'of a clearing account what was traded in its cycle',
    )
    .requiredOption('--org <name>', 'whose gateway to ask, such as bank')
    .requiredOption(
      '--account <path>',
      'such as 3001/bank/mall/2026-12-01.1, or 7104 for redemptions',
    )
    .option('--asset <id>', 'only those in one asset, such as mall:star:point')
    .requiredOption('--out <file>', 'the file; it is written anew')
  addCommonFlags(command).action(async (flags: ExportFlags) => {
    const { data, org, account, asset, out, patience } = flags
    const gateway = gatewayOf(openGateways(data), org)
    const order = { account, asset, patienceMs: patience }
    let lines = 0
    const rows = async function* (): AsyncGenerator<string> {
      yield `${COLUMNS.join(',')}\n`
      for await (const line of ledgerLines(gateway, order)) {
        lines += 1
        yield rowOf(line)
      }
    }
    await pipeline(Readable.from(rows()), createWriteStream(out))
    if (flags.json === true) console.log(JSON.stringify({ account, lines, out }))
    else console.log(`${String(lines)} lines of ${account} in ${out}`)
  })
}

/** No value holds a comma or a quote: identifiers, dates and numbers. */
function rowOf(line: LedgerLine): string {
  return `${COLUMNS.map((name) => line[name]).join(',')}\n`
}
