import type { Static } from 'typebox'
import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import type { TakenBasket } from './basket.ts'
import {
  basketCoupons,
  basketDebits,
  BasketText,
  basketTerms,
  contentExpires,
  movePostings,
  takeBasket,
} from './basket.ts'
import type { StateView } from './batch-state.ts'
import { BusinessDateText } from './business-date.ts'
import { ClockTimeText } from './clock.ts'
import type { Command } from './command.ts'
import { earlierDate } from './contract.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { AccountId } from './identifiers.ts'
import { AccountIdText, ContractIdText, organisationOf, PointsAssetIdText } from './identifiers.ts'
import type { Key } from './keys.ts'
import { accountKey, auctionKey, clockKey, programmeKey } from './keys.ts'
import { escrowPath, holdingPath } from './posting.ts'
import type { DecisionContext, EntryContent, HoldingReference } from './rule.ts'

/** What the seller says of every auction. */
export const saleFields = {
  auction: ContractIdText,
  from: AccountIdText,
  item: BasketText,
  asset: PointsAssetIdText,
  minimum: PositiveAmount,
  closesAt: ClockTimeText,
  /** The last business date: an auction that is not closed by then sells nothing. */
  until: BusinessDateText,
}

const SaleText = Type.Object(saleFields)

export type SaleBody = Static<typeof SaleText>

/** What every rule that opens an auction looks at. */
export const openingParts = {
  subjects: ({ auction, item, asset }: SaleBody): Key<unknown>[] => [
    auctionKey(auction),
    programmeKey(asset),
    ...basketTerms(item),
  ],
  home: () => undefined,
  debits: ({ from, item }: SaleBody): HoldingReference[] => basketDebits(from, item),
  payer: ({ from }: SaleBody): AccountId => from,
  reads: ({ body: { from, item } }: Command<SaleBody>): Key<unknown>[] => [
    accountKey(from),
    clockKey,
    ...basketCoupons(item),
  ],
}

/** Takes what is to be auctioned out of the seller's wallet, or says why there can be no auction. */
export function takeItem(
  { body, actor }: Command<SaleBody>,
  times: readonly string[],
  state: StateView,
  context: DecisionContext,
): TakenBasket | Refusal {
  const { auction, from, item } = body
  const account = state.get(accountKey(from))
  if (account === undefined) return refuse('ACCOUNT_UNKNOWN', { id: from })
  if (account.owner !== actor) return refuse('NOT_AUTHORISED')
  const refusal = checkSale(body, times, state, context)
  if (refusal !== undefined) return refusal
  const change = { keptBy: auctionKey(auction).name }
  return takeBasket(item, { account, use: 'auction', change }, state, context)
}

function checkSale(
  { auction, from, asset, until }: SaleBody,
  times: readonly string[],
  state: StateView,
  context: DecisionContext,
): Refusal | undefined {
  if (organisationOf(auction) !== organisationOf(from)) {
    return refuse('CONTRACT_ELSEWHERE', { home: organisationOf(from) })
  }
  if (state.get(auctionKey(auction)) !== undefined) {
    return refuse('CONTRACT_EXISTS', { id: auction })
  }
  if (until < context.ledger.cycle.date) return refuse('LAST_DAY_PAST', { until })
  if (!areInOrder([state.get(clockKey)?.time ?? 0n, ...times.map(BigInt)])) {
    return refuse('AUCTION_TIMES_INVALID')
  }
  const programme = state.get(programmeKey(asset))
  if (programme === undefined) return refuse('ASSET_UNKNOWN', { asset })
  return programme.transferable ? undefined : refuse('NOT_TRANSFERABLE', { asset })
}

function areInOrder(times: readonly bigint[]): boolean {
  return times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0n))
}

/** What the records of all auctions say when they open. */
export function openedSale(body: SaleBody, { content }: TakenBasket, state: StateView) {
  const { from, item, asset, minimum, closesAt, until } = body
  return {
    status: 'open',
    parties: [from],
    dueOn: earlierDate(until, contentExpires(content, state)),
    keeps: [content],
    from,
    item,
    asset,
    minimum: BigInt(minimum),
    closesAt: BigInt(closesAt),
  } as const
}

/** The entry that moves the item into the auction's escrow. */
export function itemEntry({ auction, from }: SaleBody, { content }: TakenBasket): EntryContent {
  return {
    postings: movePostings(content, holdingPath(from), escrowPath('auction', auction)),
    references: { auction },
  }
}
