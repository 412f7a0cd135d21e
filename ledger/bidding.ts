import type { Auction } from './auction.ts'
import type { BasketContent } from './basket-content.ts'
import type { StateView } from './batch-state.ts'
import type { Command } from './command.ts'
import { isPastDate } from './contract.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId, AssetId, ContractId } from './identifiers.ts'
import { accountKey, clockKey } from './keys.ts'
import { takeAvailable } from './lot.ts'
import type { DecisionContext } from './rule.ts'
import { refuseShort, shortfall } from './sufficiency.ts'

/** What every command that bids says. */
export interface BidBody {
  readonly auction: ContractId
  readonly from: AccountId
  readonly asset: AssetId
}

/** Refuses a bid by who makes it, or because its time is over; undefined when it may be made. */
export function checkBidder(
  { body, actor }: Command<BidBody>,
  auction: Auction,
  endsAt: bigint,
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  const { from, asset } = body
  const account = state.get(accountKey(from))
  if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
  if (account.owner !== actor) return refuse('NOT_AUTHORISED')
  if (auction.from === from) return refuse('SAME_ACCOUNT')
  if (auction.asset !== asset) return refuse('BID_DIFFERS', { asset: auction.asset })
  if (auction.status !== 'open') return refuse('AUCTION_CLOSED', { status: auction.status })
  if (isPastDate(auction, context.ledger.cycle.date)) {
    return refuse('CONTRACT_PAST_DATE', { id: body.auction })
  }
  const time = state.get(clockKey)?.time ?? 0n
  return time >= endsAt ? refuse('AUCTION_OVER', { time: String(time) }) : undefined
}

/**
 * Takes the points of a bid out of a wallet, of those lots only that last as long as the auction can:
 * the seller gets nothing that is over.
 */
export function takeBid(
  { from, asset }: BidBody,
  amount: bigint,
  { dueOn = '' }: Auction,
  state: StateView,
  context: DecisionContext,
): { readonly ok: true; readonly content: BasketContent } | Refusal {
  const account = state.get(accountKey(from))
  if (account === undefined) throw new Error(`no such account: ${from}`)
  const today = context.ledger.cycle.date
  const lots = state.lots(from, asset)
  const lasting = lots.filter(({ expires }) => expires >= dueOn)
  const short =
    shortfall(lots, amount, today) ??
    (shortfall(lasting, amount, today) && ('POINTS_EXPIRE_SOONER' as const))
  if (short !== undefined) return refuseShort(short, account, asset, state, context)
  const taken = takeAvailable(lasting, amount, today)
  return { ok: true, content: { points: [{ asset, lots: taken }], coupons: [] } }
}
