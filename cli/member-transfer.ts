import { Type } from 'typebox'
import { addDays, organisationOf } from '../ledger/index.ts'
import { commandText } from './day/line-command.ts'
import { play } from './day/play.ts'
import type { DemoKeys } from './demo-keys.ts'
import type { CommandAnswer } from './gateway-client.ts'
import { meaningOf } from './gateway-failure.ts'
import type { Gateways } from './gateways-file.ts'
import { gatewayOf } from './gateways-file.ts'
import { NOT_AFTER_DAYS, readOpenLedger } from './open-ledger.ts'
import { PlainError } from './plain-error.ts'

/** What a member asks for. */
export interface TransferOrder {
  /** Command id: the same one again is the same transfer. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: string
  readonly note: string | undefined
}

export interface Balance {
  readonly member: string
  readonly account: string
  readonly available: string
  readonly pending: string
}

export interface TransferReceipt {
  readonly answer: CommandAnswer
  /** The sender's and the receiver's, after the transfer. */
  readonly balances: readonly Balance[]
}

const AccountText = Type.Object({
  holdings: Type.Array(
    Type.Object({ asset: Type.String(), available: Type.String(), pending: Type.String() }),
  ),
})

/**
 * Transfers points through the gateway of the sender's home, signed by the sender. Throws a plain
 * error when the transfer is refused or its outcome is not known, or GatewayFailure.
 */
export async function transferPoints(
  order: TransferOrder,
  { gateways, keys, patienceMs }: TransferOptions,
): Promise<TransferReceipt> {
  const { id, from, to, asset, amount, note } = order
  const gateway = gatewayOf(gateways, organisationOf(from))
  const { channel, ledgerId, businessDate, minBlock } = await readOpenLedger(gateway)
  const envelope = { channel, ledgerId, notAfter: addDays(businessDate, NOT_AFTER_DAYS) }
  const [payer, payee] = [keys.accountOf(from), keys.accountOf(to)]
  const body = { asset, from: payer, to: payee, amount, ...(note !== undefined && { note }) }
  const intent = { type: 'TransferPoints', actor: from, body }
  const toText = (): string => commandText(intent, id, envelope, [from], keys)
  const task = { gateway: gateway.organisation, keys: [], toText }
  const options = { gateways, role: 'client', minBlock, patienceMs } as const
  const { answers, stopReason = '', lastBlock } = await play([task], options)
  const answer = accepted(answers.get(task), stopReason, id)
  const read = async (member: string, account: string): Promise<Balance> => {
    const path = `/accounts/${encodeURIComponent(account)}?minBlock=${lastBlock}`
    const { holdings } = await gateway.readPatiently(path, AccountText, patienceMs)
    const { available = '0', pending = '0' } = holdings.find((held) => held.asset === asset) ?? {}
    return { member, account, available, pending }
  }
  return { answer, balances: await Promise.all([read(from, payer), read(to, payee)]) }
}

export interface TransferOptions {
  readonly gateways: Gateways
  readonly keys: DemoKeys
  readonly patienceMs: number
}

function accepted(
  answer: CommandAnswer | undefined,
  stopReason: string,
  id: string,
): CommandAnswer {
  if (answer === undefined) {
    throw new PlainError(
      `${stopReason}\nWhether the transfer was booked is not known; repeat it with --id ${id}: it is never booked twice.`,
    )
  }
  if (answer.status === 'accepted') return answer
  const { code = '', detail = {} } = answer
  const particulars = Object.values(detail).join(', ')
  throw new PlainError(
    `Refused with ${code}: ${meaningOf(code)}${particulars && ` (${particulars})`}`,
  )
}
