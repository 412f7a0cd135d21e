import type { Basket } from './basket.ts'
import { reviveContent } from './basket-content.ts'
import type { CanonicalValue } from './canonical.ts'
import type { Contract } from './contract.ts'
import type { AccountId } from './identifiers.ts'
import type { Stored } from './records.ts'
import { codec } from './records.ts'

/** One basket for another, as long as the offer is open. */
export interface Offer extends Contract {
  readonly status: 'open' | 'accepted' | 'cancelled' | 'returned'
  readonly from: AccountId
  /** The one account that may accept; absent: any. */
  readonly to?: AccountId
  readonly gives: Basket
  readonly wants: Basket
  readonly acceptedBy?: AccountId
}

export const OFFER = codec<Offer>(
  (value) => value as unknown as CanonicalValue,
  (stored: Stored<Offer>): Offer => ({
    ...(stored as unknown as Offer),
    keeps: stored.keeps.map(reviveContent),
  }),
)
