import { hash } from 'node:crypto'
import { sealedBidId, sealedBidText } from '../../ledger/index.ts'
import { basketOf } from './basket-words.ts'
import type { Intent, LineContext } from './intent.ts'
import type { FieldsOf } from './line-files.ts'

/**
 * How far the clock of a day's files runs ahead of the time that they say: no clock of a machine that
 * ticks beside them comes near it.
 */
const AHEAD_SECONDS = 30_000_000_000

/** A member opens an English auction or bids in one, anybody closes it, an organisation ticks. */
export function auctionIntent(
  fields: FieldsOf<'auctions'>,
  { organisation, keys }: LineContext,
): Intent | undefined {
  const { time, action, auction, member, asset, points } = fields
  if (action === 'tick') {
    return { type: 'TickClock', actor: organisation, body: { time: clockTimeOf(time) } }
  }
  if (action === 'close') return { type: 'CloseAuction', actor: member, body: { auction } }
  const from = keys.accountOf(member)
  if (action === 'bid') {
    const body = { auction, from, asset, amount: points }
    return { type: 'PlaceBid', actor: member, body }
  }
  if (action !== 'open') return undefined
  const body = {
    auction,
    from,
    item: basketOf(fields.basket),
    asset,
    minimum: points,
    increment: fields.increment,
    extendSeconds: Number(fields.extend_seconds),
    closesAt: clockTimeOf(fields.closes_at),
    until: fields.until,
  }
  return { type: 'OpenAuction', actor: member, body }
}

/**
 * A member opens an auction by sealed bids, commits to a bid in one or reveals it; anybody closes it;
 * whose bid nobody has revealed has it settled.
 */
export function sealedIntent(
  fields: FieldsOf<'sealed'>,
  { keys }: LineContext,
): Intent | undefined {
  const { action, auction, member, asset, points, bid: amount, salt } = fields
  const from = keys.accountOf(member)
  switch (action) {
    case 'open':
      return { type: 'OpenSealedAuction', actor: member, body: openSealed(fields, from) }
    case 'commit': {
      const commitment = hash('sha256', sealedBidText({ auction, from, amount, salt }))
      const body = { auction, from, asset, deposit: points, commitment }
      return { type: 'CommitBid', actor: member, body }
    }
    case 'reveal':
      return { type: 'RevealBid', actor: member, body: { auction, from, amount, salt } }
    case 'close':
      return { type: 'CloseSealedAuction', actor: member, body: { auction } }
    case 'settle': {
      const bid = sealedBidId(auction, from, (text) => hash('sha256', text))
      return { type: 'SettleBid', actor: member, body: { bid } }
    }
    default:
      return undefined
  }
}

function openSealed(fields: FieldsOf<'sealed'>, from: string): object {
  return {
    auction: fields.auction,
    from,
    item: basketOf(fields.basket),
    asset: fields.asset,
    minimum: fields.points,
    bidsUntil: clockTimeOf(fields.bids_until),
    closesAt: clockTimeOf(fields.closes_at),
    unrevealed: fields.unrevealed,
    until: fields.until,
  }
}

/** Seconds by the ledger's clock; '0', which no command takes, for a text that is no time. */
function clockTimeOf(time: string): string {
  const milliseconds = Date.parse(`${time}Z`)
  return Number.isNaN(milliseconds) ? '0' : String(milliseconds / 1_000 + AHEAD_SECONDS)
}
