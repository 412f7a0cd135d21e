import { cryptography } from '../../chaincode/cryptography.ts'
import type { Basket, SignedCommand } from '../../ledger/index.ts'
import { sealedBidId, sealedBidText } from '../../ledger/index.ts'
import type { GiftLink } from '../../cli/gift-link.ts'
import { openGiftLink, signGiftClaim } from '../../cli/gift-link.ts'
import { giveCoupons, openSeries, SPRING } from './coupon-world.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import { acceptAll, ANN, BOB, CAT, stockedLedger } from './opened-ledger.ts'
import { accountOf, CHANNEL, LEDGER_ID, signed, STAR } from './world.ts'

/** Coupons that stay where they were issued. */
export const STAY = 'mall:stay:piece'

/** What every link of the test world carries. */
export const LINK = openGiftLink('only for tests')
export const OTHER_LINK = openGiftLink('another for tests')

let made: Promise<MemoryLedger> | undefined

/** The stocked ledger with coupons: each member holds five of SPRING, and Ann two that stay. */
export async function tradeLedger(): Promise<MemoryLedger> {
  made ??= make()
  return (await made).clone()
}

async function make(): Promise<MemoryLedger> {
  const ledger = await stockedLedger()
  await openSeries(ledger, SPRING)
  await openSeries(ledger, STAY, { transferable: false, giftable: false, auctionable: false })
  for (const [member, letter] of [
    [ANN, 'A'],
    [BOB, 'B'],
    [CAT, 'C'],
  ] as const) {
    const serials = [1, 2, 3, 4, 5].map((number) => `${letter}-${number}`)
    await giveCoupons(ledger, SPRING, member, serials)
  }
  await giveCoupons(ledger, STAY, ANN, ['S-1', 'S-2'])
  return ledger
}

/** A basket of points by asset and of SPRING coupons by serial. */
export function basket(
  points: Readonly<Record<string, number>>,
  serials: readonly string[] = [],
): Basket {
  return {
    points: Object.entries(points).map(([asset, amount]) => ({ asset, amount: String(amount) })),
    coupons: serials.map((serial) => ({ series: SPRING, serial })),
  }
}

/** A gift by a member until the tenth of December; `change` overrides anything in it. */
export function openGift(
  gift: string,
  from: string,
  content: Basket,
  change: Record<string, unknown> = {},
): SignedCommand {
  const linkKey = LINK.wallet.publicKey
  const body = { gift, from: accountOf(from), basket: content, linkKey, returnsAfter: '2026-12-10' }
  return signed('OpenGift', from, { ...body, ...change })
}

/** The signature of the test world's ledger by a link. */
export function linkSignature(gift: string, to: string, link: GiftLink = LINK): string {
  return signGiftClaim(link, { channel: CHANNEL, ledgerId: LEDGER_ID }, gift, accountOf(to))
}

export function claimGift(
  gift: string,
  to: string,
  change: Record<string, unknown> = {},
): SignedCommand {
  const body = { gift, to: accountOf(to), linkSignature: linkSignature(gift, to) }
  return signed('ClaimGift', to, { ...body, ...change })
}

export function recallGift(gift: string, from: string): SignedCommand {
  return signed('RecallGift', from, { gift })
}

/** What goes back to its sender, by anybody. */
export function returnGift(gift: string, actor = CAT): SignedCommand {
  return signed('ReturnGift', actor, { gift })
}

/** An offer by a member until the tenth of December. */
export function openOffer(
  offer: string,
  from: string,
  gives: Basket,
  wants: Basket,
  change: Record<string, unknown> = {},
): SignedCommand {
  const body = { offer, from: accountOf(from), gives, wants, until: '2026-12-10' }
  return signed('OpenOffer', from, { ...body, ...change })
}

export function acceptOffer(
  offer: string,
  from: string,
  pays: Basket,
  gets: Basket,
): SignedCommand {
  return signed('AcceptOffer', from, { offer, from: accountOf(from), pays, gets })
}

export function cancelOffer(offer: string, from: string): SignedCommand {
  return signed('CancelOffer', from, { offer })
}

export function returnOffer(offer: string, actor = CAT): SignedCommand {
  return signed('ReturnOffer', actor, { offer })
}

/** When the auctions of the test world open, by the ledger's clock. */
export const NOON = 1_796_083_200

/** So many seconds after noon, as commands say it. */
export function at(seconds: number): string {
  return String(NOON + seconds)
}

export function tick(organisation: string, seconds: number): SignedCommand {
  return signed('TickClock', organisation, { time: at(seconds) })
}

/** Moves the ledger's clock on to so many seconds after noon. */
export async function tickTo(ledger: MemoryLedger, seconds: number): Promise<void> {
  for (const organisation of ['mall', 'bank']) {
    await acceptAll(ledger, organisation, [tick(organisation, seconds)])
  }
}

/** An English auction for STAR, open for ten minutes and no longer than the tenth of December. */
export function openAuction(
  auction: string,
  from: string,
  item: Basket,
  change: Record<string, unknown> = {},
): SignedCommand {
  return signed('OpenAuction', from, {
    auction,
    from: accountOf(from),
    item,
    asset: STAR,
    minimum: '10',
    increment: '5',
    closesAt: at(600),
    extendSeconds: 60,
    until: '2026-12-10',
    ...change,
  })
}

export function placeBid(
  auction: string,
  from: string,
  amount: number,
  asset = STAR,
): SignedCommand {
  const body = { auction, from: accountOf(from), asset, amount: String(amount) }
  return signed('PlaceBid', from, body)
}

export function closeAuction(auction: string, actor = CAT): SignedCommand {
  return signed('CloseAuction', actor, { auction })
}

/** A sealed auction for STAR: bids for five minutes, revealed in the five after them. */
export function openSealedAuction(
  auction: string,
  from: string,
  item: Basket,
  change: Record<string, unknown> = {},
): SignedCommand {
  return signed('OpenSealedAuction', from, {
    auction,
    from: accountOf(from),
    item,
    asset: STAR,
    minimum: '10',
    bidsUntil: at(300),
    closesAt: at(600),
    unrevealed: 'forfeited',
    until: '2026-12-10',
    ...change,
  })
}

const SALT = 'ab'.repeat(16)

/** What a member commits to by a bid; the salt is always the same here. */
export function commitmentOf(auction: string, from: string, amount: number): string {
  const bid = { auction, from: accountOf(from), amount: String(amount), salt: SALT }
  return cryptography.sha256(sealedBidText(bid))
}

/** A sealed bid of a member; the deposit is 20 more than the bid unless it is said. */
export function commitBid(
  auction: string,
  from: string,
  amount: number,
  { deposit = amount + 20, asset = STAR }: { deposit?: number; asset?: string | undefined } = {},
): SignedCommand {
  const bid = { auction, from: accountOf(from), asset, deposit: String(deposit) }
  return signed('CommitBid', from, { ...bid, commitment: commitmentOf(auction, from, amount) })
}

export function revealBid(auction: string, from: string, amount: number): SignedCommand {
  const body = { auction, from: accountOf(from), amount: String(amount), salt: SALT }
  return signed('RevealBid', from, body)
}

export function closeSealedAuction(auction: string, actor = CAT): SignedCommand {
  return signed('CloseSealedAuction', actor, { auction })
}

export function bidId(auction: string, from: string): string {
  return sealedBidId(auction, accountOf(from), cryptography.sha256)
}

export function settleBid(bid: string, actor = CAT): SignedCommand {
  return signed('SettleBid', actor, { bid })
}
