import { hash } from 'node:crypto'
import type { Command } from '../../ledger/index.ts'
import type { DemoKeys } from '../demo-keys.ts'
import { signCommand } from '../wallet.ts'
import { agreementIntent } from './agreement-intents.ts'
import { auctionIntent, sealedIntent } from './auction-intents.ts'
import { claimIntent, handoverIntent, issueIntent, rushIntent } from './coupon-intents.ts'
import type { Envelope, Intent, LineContext } from './intent.ts'
import { tillOf } from './intent.ts'
import type { DayLine, FieldsOf } from './line-files.ts'
import { orderIntent, refundIntent } from './order-intents.ts'
import { exchangeIntent, giftIntent, offerIntent, requestIntent } from './trade-intents.ts'

/** The first 128 bits of a name's SHA-256 in hex: the same command has the same id in every play. */
export function deterministicId(name: string): string {
  return hash('sha256', name).slice(0, 32)
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

/** For lines of which the command says nothing that hangs on a ledger. */
const NO_LEDGER = { channel: '', ledgerId: '' }

/**
 * What a till or wallet asks of the ledger by a line, as it stands; undefined if it is malformed.
 * `ledger` counts where a second key signs: for claims, and for an oracle's word. The return of a purchase still lacks
 * the entry that it is about.
 */
export function intentOf(
  line: DayLine,
  keys: DemoKeys,
  ledger: LineContext['ledger'] = NO_LEDGER,
): Intent | undefined {
  if (line.fields === undefined) return undefined
  const makers: { [Kind in DayLine['kind']]: IntentMaker<Kind> } = MAKERS
  // Kind and fields of one line belong together.
  const maker = makers[line.kind] as (fields: object, context: LineContext) => Intent | undefined
  return maker(line.fields, { organisation: line.organisation, keys, ledger })
}

type IntentMaker<Kind extends DayLine['kind']> = (
  fields: FieldsOf<Kind>,
  context: LineContext,
) => Intent | undefined

const MAKERS: { readonly [Kind in DayLine['kind']]: IntentMaker<Kind> } = {
  earnings: earningIntent,
  redemptions: redemptionIntent,
  transfers: transferIntent,
  issues: issueIntent,
  claims: claimIntent,
  rushes: rushIntent,
  handovers: handoverIntent,
  orders: orderIntent,
  refunds: refundIntent,
  returns: ({ returned_fen: returnedFen }, { organisation }) => ({
    type: 'ReturnPurchase',
    actor: tillOf(organisation),
    body: { returnedFen },
  }),
  gifts: giftIntent,
  offers: offerIntent,
  exchanges: exchangeIntent,
  auctions: auctionIntent,
  agreements: agreementIntent,
  requests: requestIntent,
  sealed: sealedIntent,
}

function earningIntent(fields: FieldsOf<'earnings'>, { organisation, keys }: LineContext): Intent {
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

function redemptionIntent(
  { asset, member, points, store, order }: FieldsOf<'redemptions'>,
  { organisation, keys }: LineContext,
): Intent {
  const from = keys.accountOf(member)
  const body = { asset, from, amount: points, acceptor: organisation, store, order }
  return { type: 'RedeemPoints', actor: member, body }
}

function transferIntent(
  { asset, from, to, points, note }: FieldsOf<'transfers'>,
  { keys }: LineContext,
): Intent {
  const body = {
    asset,
    from: keys.accountOf(from),
    to: keys.accountOf(to),
    amount: points,
    ...(note !== '' && { note }),
  }
  return { type: 'TransferPoints', actor: from, body }
}

/** What the result of a line may depend on by itself: the members and the receipt that it names. */
export function keysOf(line: DayLine): readonly string[] {
  if (line.fields === undefined) return []
  const { organisation, fields } = line
  const members = (['member', 'from', 'to', 'by'] as const).flatMap((column) => {
    const value = (fields as Readonly<Record<string, string>>)[column] ?? ''
    return value === '' ? [] : [`member ${value}`]
  })
  // A member pays an order once, but two members may share it; a receipt is for one of all.
  const isReceipt = line.kind === 'earnings' || line.kind === 'returns'
  return 'receipt' in fields && isReceipt
    ? [...members, `receipt ${organisation} ${fields.receipt}`]
    : members
}
