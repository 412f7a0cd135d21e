import type { SignedCommand } from '../../../ledger/index.ts'
import type { Answer, TestNetwork } from '../../support/test-network.ts'
import { accountOf, signed, STAR } from '../../support/world.ts'

/** Points that expire at the end of the month in which they are issued. */
export const FLASH = 'airline:flash:point'

/** Gives the network of the engine under test; it is there once the tests run. */
export type GetNetwork = () => TestNetwork

let numbers = 0

/** A purchase at the mall's till, with a receipt of its own. */
export function purchase(member: string, change: Record<string, unknown> = {}): SignedCommand {
  numbers += 1
  const body = { asset: STAR, to: accountOf(member), spendFen: '10000', store: 'S1' }
  const references = { receipt: `R-${numbers}`, funder: 'mall' }
  return signed('IssuePoints', 'mall:till', { ...body, ...references, ...change })
}

export function transfer(from: string, to: string, amount: string): SignedCommand {
  const body = { asset: STAR, from: accountOf(from), to: accountOf(to), amount }
  return signed('TransferPoints', from, body)
}

/** A payment with points, for an order of its own. */
export function redemption(
  member: string,
  amount: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  numbers += 1
  const body = { asset: STAR, from: accountOf(member), amount, store: 'S1' }
  const references = { acceptor: 'airline', order: `O-${numbers}` }
  return signed('RedeemPoints', member, { ...body, ...references, ...change })
}

/** What a member can spend, as of the last block that the member's home has seen, or a later one. */
export async function available(
  net: TestNetwork,
  member: string,
  minBlock: unknown = '0',
  asset = STAR,
): Promise<string> {
  const home = member.split(':')[0] ?? ''
  const path = `/accounts/${accountOf(member)}?minBlock=${String(minBlock)}`
  const holdings = (await net.get(home, path)).body['holdings'] as Holding[]
  return holdings.find((holding) => holding.asset === asset)?.available ?? '0'
}

interface Holding {
  readonly asset: string
  readonly available: string
}

/** Posts a command; throws unless it is accepted. */
export async function accepted(
  net: TestNetwork,
  organisation: string,
  command: SignedCommand,
): Promise<Answer['body']> {
  const { body } = await net.post(organisation, '/commands', command)
  if (body['status'] !== 'accepted') throw new Error(JSON.stringify(body))
  return body
}

/** An entry as it was published, from a gateway that has seen its block. */
export async function entryOf(
  net: TestNetwork,
  organisation: string,
  { entryHash, blockNumber }: Answer['body'],
): Promise<Answer['body']> {
  const path = `/entries/${String(entryHash)}?minBlock=${String(blockNumber)}`
  return (await net.get(organisation, path)).body
}
