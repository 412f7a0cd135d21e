import { reviveContent } from './basket-content.ts'
import type { CanonicalValue } from './canonical.ts'
import type { ClockTime } from './clock.ts'
import type { Contract } from './contract.ts'
import type { AccountId, AssetId, ContractId } from './identifiers.ts'
import { organisationOf } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** A bid in a sealed auction; its deposit lies in an escrow of its own. */
export interface SealedBid extends Contract {
  /** Open: not revealed. Best: revealed, and by now nobody revealed more. */
  readonly status: 'open' | 'best' | 'lost' | 'won' | 'forfeited' | 'returned'
  readonly auction: ContractId
  readonly from: AccountId
  readonly asset: AssetId
  /** The SHA-256 of the text that says amount and salt. */
  readonly commitment: string
  readonly deposit: bigint
  /** The how manieth bid of its auction. */
  readonly place: number
  /** When its auction closes, by the ledger's clock. */
  readonly closesAt: ClockTime
  /** What was revealed. */
  readonly amount?: bigint
}

export const SEALED_BID = codec<SealedBid>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<SealedBid>): SealedBid => {
    const { amount, ...rest } = stored
    return {
      ...rest,
      keeps: stored.keeps.map(reviveContent),
      deposit: BigInt(stored.deposit),
      closesAt: BigInt(stored.closesAt),
      ...(amount !== undefined && { amount: BigInt(amount) }),
    }
  },
)

/** The id of an account's bid in an auction: there is one at most. */
export function sealedBidId(
  auction: ContractId,
  from: AccountId,
  sha256: (text: string) => string,
): ContractId {
  return `${organisationOf(auction)}:b-${sha256(`sealed-bid/${auction}/${from}`).slice(0, 40)}`
}

/**
 * The text of which the SHA-256 commits to a bid. It names auction and bidder, so that nobody can
 * make another's commitment his own.
 */
export function sealedBidText(bid: {
  readonly auction: ContractId
  readonly from: AccountId
  readonly amount: string
  readonly salt: string
}): string {
  return ['tallystick/sealed-bid/1', bid.auction, bid.from, bid.amount, bid.salt].join('\n')
}
