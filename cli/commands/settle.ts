import type { Command } from 'commander'
import { openDemoKeys } from '../demo-keys.ts'
import { openGateways } from '../gateways-file.ts'
import type { SettledCycle } from '../settlement/settle-cycle.ts'
import { settleCycle } from '../settlement/settle-cycle.ts'

interface SettleFlags {
  readonly data: string
  readonly cycle?: string
  readonly settlement: string
  readonly pay: boolean
  readonly json: boolean
}

/** `settle`: closes a cycle of a local network with everybody's demo keys. */
export function addSettleCommand(program: Command): void {
  program
    .command('settle')
    .description(
      'settle a cycle 清算 with the demo keys: roll on, close every position, net, instruct, pay; ' +
        'run again, it goes on where it was (docs/guides/finance.md says how it is done for real)',
    )
    .option('--cycle <name>', 'a cycle that is over, such as 2026-12-01.1; else the open one')
    .option('--settlement <id>', 'the terms; they are agreed on if there are none', 'bank:demo')
    .option('--no-pay', 'leave the payments open')
    .option('--data <dir>', 'folder where `npm start` keeps its data', '.tallystick')
    .option('--json', 'print one JSON object instead of text', false)
    .action(settle)
}

async function settle({ data, json, cycle, ...flags }: SettleFlags): Promise<void> {
  const settled = await settleCycle({
    ...flags,
    cycle,
    gateways: openGateways(data),
    keys: openDemoKeys(data),
    report: (line) => console.error(line),
  })
  if (json) console.log(JSON.stringify(settled))
  else show(settled)
}

function show({ cycle, status, nets, payments }: SettledCycle): void {
  console.log(`Cycle ${cycle} is ${status}.`)
  for (const { organisation, netFen } of nets) {
    console.log(`  ${organisation.padEnd(10)} net ${netFen.padStart(14)} fen`)
  }
  for (const { debtor, creditor, fen } of payments) {
    console.log(`  ${debtor} to ${creditor}: ${fen} fen`)
  }
  console.log('Next: npm run tallystick -- audit --org bank')
}
