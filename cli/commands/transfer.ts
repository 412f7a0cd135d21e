import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { openDemoKeys } from '../demo-keys.ts'
import { openGateways } from '../gateways-file.ts'
import type { TransferOrder, TransferReceipt } from '../member-transfer.ts'
import { transferPoints } from '../member-transfer.ts'
import type { CommonFlags } from './flags.ts'
import { addCommonFlags } from './flags.ts'

interface TransferFlags extends CommonFlags {
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: string
  readonly note?: string
  readonly id?: string
}

/** `transfer`: one member gives points to another. */
export function addTransferCommand(program: Command): void {
  const command = program
    .command('transfer')
    .description('transfer points from one member to another, signed with the demo keys')
    .requiredOption('--from <member>', 'member who gives, such as bank:m-mxustd73z3')
    .requiredOption('--to <member>', 'member who receives')
    .requiredOption('--asset <id>', 'points, such as bank:hui:point')
    .requiredOption('--amount <points>', 'how many')
    .option('--note <text>', 'at most 140 characters, seen by all organisations')
    .option('--id <id>', 'command id of an earlier attempt, to repeat it; otherwise a new one')
  addCommonFlags(command).action(async (flags: TransferFlags) => {
    const gateways = openGateways(flags.data)
    const options = { gateways, keys: openDemoKeys(flags.data), patienceMs: flags.patience }
    const { from, to, asset, amount, note, id = randomUUID() } = flags
    const order: TransferOrder = { id, from, to, asset, amount, note }
    print(order, await transferPoints(order, options), flags.json === true)
  })
}

function print(order: TransferOrder, receipt: TransferReceipt, asJson: boolean): void {
  const { id, asset, amount } = order
  const { answer, balances } = receipt
  const { replayed, entryHash = '', transactionId, blockNumber = '' } = answer
  if (asJson) {
    const booked = { id, replayed, entryHash, transactionId, blockNumber }
    console.log(JSON.stringify({ ...booked, asset, amount, balances }))
    return
  }
  const earlier = replayed ? ' by an earlier attempt; nothing was booked twice' : ''
  console.log(`${amount} ${asset} transferred${earlier}`)
  console.log(`entry ${entryHash}, block ${blockNumber}, command ${id}`)
  for (const { member, account, available, pending } of balances) {
    const later = pending === '0' ? '' : ` and ${pending} pending`
    console.log(`${member} (account ${account}) has ${available} available${later}`)
  }
  const account = balances[0]?.account ?? ''
  console.log(`Next: read the sender's statement, GET /accounts/${account}/statement`)
}
