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

/** Seconds by the ledger's clock; '0', which no command takes, for a text that is no time. */
function clockTimeOf(time: string): string {
  const milliseconds = Date.parse(`${time}Z`)
  return Number.isNaN(milliseconds) ? '0' : String(milliseconds / 1_000 + AHEAD_SECONDS)
}
