import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { Type } from 'typebox'
import { addDays, organisationOf } from '../../ledger/index.ts'
import { commandText } from '../day/line-command.ts'
import { PATIENCE_MS, play } from '../day/play.ts'
import { openDemoKeys } from '../demo-keys.ts'
import type { CommandAnswer, GatewayClient } from '../gateway-client.ts'
import { meaningOf } from '../gateway-failure.ts'
import { gatewayOf, openGateways } from '../gateways-file.ts'
import { readOpenLedger } from '../open-ledger.ts'
import { PlainError } from '../plain-error.ts'
import type { CommonFlags } from './flags.ts'
import { addCommonFlags, NOT_AFTER_DAYS } from './flags.ts'

interface TransferFlags extends CommonFlags {
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: string
  readonly note?: string
  readonly id?: string
}

const AccountText = Type.Object({
  holdings: Type.Array(
    Type.Object({ asset: Type.String(), available: Type.String(), pending: Type.String() }),
  ),
})

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
    await runTransfer(flags)
  })
}

async function runTransfer(flags: TransferFlags): Promise<void> {
  const { from, to, asset, id = randomUUID() } = flags
  const gateways = openGateways(flags.data)
  const gateway = gatewayOf(gateways, organisationOf(from))
  const keys = openDemoKeys(flags.data)
  const ledger = await readOpenLedger(gateway)
  const { channel, ledgerId, businessDate, minBlock } = ledger
  const envelope = { channel, ledgerId, notAfter: addDays(businessDate, NOT_AFTER_DAYS) }
  const { amount, note } = flags
  const accounts = [keys.accountOf(from), keys.accountOf(to)] as const
  const body = {
    asset,
    from: accounts[0],
    to: accounts[1],
    amount,
    ...(note !== undefined && { note }),
  }
  const intent = { type: 'TransferPoints', actor: from, body }
  const toText = (): string => commandText(intent, id, envelope, [from], keys)
  const task = { gateway: gateway.organisation, keys: [], toText }
  const options = { gateways, role: 'client', minBlock, patienceMs: PATIENCE_MS } as const
  const { answers, stopReason = '', lastBlock } = await play([task], options)
  const answer = accepted(answers.get(task), stopReason, id)
  const holders = [
    { member: from, account: accounts[0] },
    { member: to, account: accounts[1] },
  ]
  const balances = await Promise.all(
    holders.map(async (holder) => {
      return { ...holder, ...(await readBalance(gateway, holder.account, asset, lastBlock)) }
    }),
  )
  print(flags, id, answer, balances)
}

/** The answer if the transfer was accepted. Otherwise throws a plain error. */
function accepted(
  answer: CommandAnswer | undefined,
  stopReason: string,
  id: string,
): CommandAnswer {
  if (answer === undefined) {
    throw new PlainError(
      `${stopReason} Whether the transfer was booked is not known; repeat it with --id ${id}: it is never booked twice.`,
    )
  }
  if (answer.status === 'accepted') return answer
  const { code = '', detail = {} } = answer
  const place = Object.values(detail).join(', ')
  throw new PlainError(`Refused with ${code}: ${meaningOf(code)}${place && ` (${place})`}`)
}

interface Balance {
  readonly available: string
  readonly pending: string
}

async function readBalance(
  gateway: GatewayClient,
  account: string,
  asset: string,
  minBlock: number,
): Promise<Balance> {
  const path = `/accounts/${encodeURIComponent(account)}?minBlock=${minBlock}`
  const { holdings } = await gateway.readPatiently(path, AccountText, PATIENCE_MS)
  const { available = '0', pending = '0' } = holdings.find((held) => held.asset === asset) ?? {}
  return { available, pending }
}

function print(
  { asset, amount, json = false }: TransferFlags,
  id: string,
  { replayed, entryHash = '', transactionId, blockNumber }: CommandAnswer,
  balances: readonly (Balance & { readonly member: string; readonly account: string })[],
): void {
  if (json) {
    const answer = { id, replayed, entryHash, transactionId, blockNumber }
    console.log(JSON.stringify({ ...answer, asset, amount, balances }))
    return
  }
  console.log(`${amount} ${asset} transferred${replayed ? ' by an earlier attempt' : ''}`)
  console.log(`entry ${entryHash} in block ${blockNumber ?? 'unknown'}, command ${id}`)
  for (const { member, account, available, pending } of balances) {
    const later = pending === '0' ? '' : `, ${pending} pending`
    console.log(`${member} (${account}) has ${available} available${later}`)
  }
  const [, receiver] = balances
  console.log(`Next: read the statement of ${receiver?.account ?? ''} at /accounts/{id}/statement`)
}
