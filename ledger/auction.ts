import type { Basket } from './basket.ts'
import { reviveContent } from './basket-content.ts'
import type { CanonicalValue } from './canonical.ts'
import type { ClockTime } from './clock.ts'
import type { Contract } from './contract.ts'
import type { AccountId, AssetId, ContractId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** An auction of a basket. What it is about lies in its escrow first, and the best bid behind it. */
interface Sale extends Contract {
  /** Returned: its last business date passed before it was closed, and all went back. */
  readonly status: 'open' | 'sold' | 'unsold' | 'returned'
  readonly from: AccountId
  readonly item: Basket
  /** The points in which bids are made. */
  readonly asset: AssetId
  readonly minimum: bigint
  /** By the ledger's clock. */
  readonly closesAt: ClockTime
}

/** An English auction: bids are seen, and the best one pays what it said. */
export interface EnglishAuction extends Sale {
  readonly form: 'english'
  readonly increment: bigint
  /** A bid in the last of these seconds moves the end to as many seconds after it. */
  readonly extendSeconds: bigint
  readonly best?: { readonly from: AccountId; readonly amount: bigint }
}

/** What becomes of the deposit of a bid that nobody revealed. */
export type UnrevealedRule = 'forfeited' | 'returned'

/** The best of the bids that were revealed; of equal ones the one that was made first. */
export interface BestBid {
  readonly bid: ContractId
  readonly from: AccountId
  readonly amount: bigint
  readonly place: number
}

/** A sealed auction: bids are revealed when none can be made any more, and the second best is paid. */
export interface SealedAuction extends Sale {
  readonly form: 'sealed'
  /** From here on bids are revealed, until it closes. */
  readonly bidsUntil: ClockTime
  readonly unrevealed: UnrevealedRule
  /** How many bids were made. */
  readonly bids: number
  readonly best?: BestBid
  /** The second best amount that was revealed, if it reaches the minimum. */
  readonly second?: bigint
}

export type Auction = EnglishAuction | SealedAuction

export const AUCTION = codec<Auction>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Auction>): Auction => {
    const sale = {
      keeps: stored.keeps.map(reviveContent),
      minimum: BigInt(stored.minimum),
      closesAt: BigInt(stored.closesAt),
    }
    const best = stored.best && { best: { ...stored.best, amount: BigInt(stored.best.amount) } }
    return stored.form === 'english'
      ? ({ ...stored, ...sale, ...best, ...revivedSteps(stored) } as unknown as EnglishAuction)
      : ({ ...stored, ...sale, ...best, ...revivedSeals(stored) } as unknown as SealedAuction)
  },
)

function revivedSteps({ increment, extendSeconds }: Stored<EnglishAuction>) {
  return { increment: BigInt(increment), extendSeconds: BigInt(extendSeconds) }
}

function revivedSeals({ bidsUntil, second }: Stored<SealedAuction>) {
  return {
    bidsUntil: BigInt(bidsUntil),
    ...(second !== undefined && { second: BigInt(second) }),
  }
}
