import { hash } from 'node:crypto'
import type { Command } from '../../ledger/index.ts'
import type { DemoKeys } from '../demo-keys.ts'
import { signCommand } from '../wallet.ts'
import type { DayLine, EarningLine, RedemptionLine, TransferLine } from './line-files.ts'

/** What every command of a play has in common. */
export interface Envelope {
  readonly channel: string
  readonly ledgerId: string
  readonly notAfter: string
}

/** Who gives a command of which type, and what it asks. */
export interface Intent {
  readonly type: string
  readonly actor: string
  readonly body: object
}

/** The first 128 bits of a name's SHA-256 in hex: the same command has the same id in every play. */
export function deterministicId(name: string): string {
  return hash('sha256', name).slice(0, 32)
}

/** The staff member that an organisation's tills sign as. */
export function tillOf(organisation: string): string {
  return `${organisation}:till`
}

/** A command signed by people with demo keys; by nobody when it is an organisation's own act. */
export function commandText(
  { type, actor, body }: Intent,
  id: string,
  envelope: Envelope,
  signers: readonly string[],
  keys: DemoKeys,
): string {
  const command: Command<object> = { v: 1, id, type, actor, ...envelope, body }
  return JSON.stringify(signCommand(command, ...signers.map((signer) => keys.walletOf(signer))))
}

/** What a till or wallet asks of the ledger by a line, as it stands; undefined if it is malformed. */
export function intentOf(line: DayLine, keys: DemoKeys): Intent | undefined {
  if (line.kind === 'earnings') return issue(line, keys)
  return line.kind === 'redemptions' ? redemption(line, keys) : transfer(line, keys)
}

function issue({ organisation, fields }: EarningLine, keys: DemoKeys): Intent | undefined {
  if (fields === undefined) return undefined
  const { asset, member, amount_fen: spendFen, receipt, store, available_from: from } = fields
  const body = {
    asset,
    to: keys.accountOf(member),
    spendFen,
    receipt,
    store,
    funder: organisation,
    ...(from !== '' && { availableFrom: from }),
  }
  return { type: 'IssuePoints', actor: tillOf(organisation), body }
}

function redemption({ organisation, fields }: RedemptionLine, keys: DemoKeys): Intent | undefined {
  if (fields === undefined) return undefined
  const { asset, member, points, store, order } = fields
  const from = keys.accountOf(member)
  const body = { asset, from, amount: points, acceptor: organisation, store, order }
  return { type: 'RedeemPoints', actor: member, body }
}

function transfer({ fields }: TransferLine, keys: DemoKeys): Intent | undefined {
  if (fields === undefined) return undefined
  const { asset, from, to, points, note } = fields
  const body = {
    asset,
    from: keys.accountOf(from),
    to: keys.accountOf(to),
    amount: points,
    ...(note !== '' && { note }),
  }
  return { type: 'TransferPoints', actor: from, body }
}

/** What the result of a line may depend on: the members that it touches, and the receipt number. */
export function keysOf(line: DayLine): readonly string[] {
  if (line.fields === undefined) return []
  if (line.kind === 'transfers') {
    return [`member ${line.fields.from}`, `member ${line.fields.to}`]
  }
  const member = `member ${line.fields.member}`
  // A member pays an order once, but two members may share it; a receipt is for one of all.
  if (line.kind === 'redemptions') return [member]
  return [member, `receipt ${line.organisation} ${line.fields.receipt}`]
}
