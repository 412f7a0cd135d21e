import { PlainError } from '../plain-error.ts'
import { meaningOf } from '../gateway-failure.ts'
import { firstGateway } from '../gateways-file.ts'
import { LedgerText } from '../open-ledger.ts'
import type { DayFiles } from './day-files.ts'
import type { Envelope } from './intent.ts'
import { commandText, deterministicId } from './line-command.ts'
import { play } from './play.ts'
import type { SetUpOptions } from './set-up.ts'

/**
 * Rolls the business date from the opening date to the trading date, signed by finance staff of all
 * organisations. The id is made from the dates: in a second play the first roll's outcome comes
 * back. Returns the block from which the trading date holds, or why there is no answer. Throws a
 * plain error when the ledger stands at another date.
 */
export async function rollDate(
  { openingDate, tradingDate }: DayFiles,
  envelope: Envelope,
  minBlock: number,
  { gateways, keys, patienceMs }: SetUpOptions,
): Promise<{ block: number } | { stopReason: string }> {
  const { organisation } = firstGateway(gateways)
  const signers = [...gateways.keys()].map((id) => `${id}:finance-1`)
  const from = { date: openingDate, number: 1 }
  const to = { date: tradingDate, number: 1 }
  const actor = `${organisation}:finance-1`
  const intent = { type: 'RollBusinessDate', actor, body: { from, to } }
  const id = deterministicId(`roll/${openingDate}.1/${tradingDate}.1`)
  const toText = (): string => commandText(intent, id, envelope, signers, keys)
  const task = { gateway: organisation, keys: [], toText }
  const played = await play([task], { gateways, role: 'client', minBlock, patienceMs })
  const answer = played.answers.get(task)
  if (answer === undefined) return { stopReason: played.stopReason ?? 'The date is not rolled.' }
  if (answer.status === 'refused') {
    const { code = '', detail = {} } = answer
    const now = detail['date'] === undefined ? '' : ` The ledger stands at ${detail['date']}.`
    throw new PlainError(
      `The business date cannot be rolled from ${openingDate} to ${tradingDate}: ${meaningOf(code)}${now} Start over with \`npm start -- --reset\` to play this day.`,
    )
  }
  return { block: played.lastBlock }
}

/**
 * Makes sure that the ledger stands at the opening date, or was rolled from it by an earlier play of
 * the same day. Otherwise lines would be booked on a wrong date. Throws a plain error.
 */
export async function checkDate(
  day: DayFiles,
  envelope: Envelope,
  minBlock: number,
  options: SetUpOptions,
): Promise<void> {
  const gateway = firstGateway(options.gateways)
  const path = `/ledger?minBlock=${minBlock}`
  const ledger = await gateway.readPatiently(path, LedgerText, options.patienceMs)
  if (ledger.businessDate === day.openingDate && ledger.cycle === 1) return
  const rolled = await rollDate(day, envelope, minBlock, options)
  if ('stopReason' in rolled) throw new PlainError(rolled.stopReason)
}
