import type { Rational } from './amount.ts'
import { multiply } from './amount.ts'
import type { EntryReferences } from './entry.ts'
import type { OrganisationId } from './identifiers.ts'
import type { Posting } from './posting.ts'
import { clearingPath, SETTLEMENT_ASSET } from './posting.ts'

/** Money that one organisation comes to owe another through an entry. */
export interface ClearingClaim {
  readonly debtor: OrganisationId
  readonly creditor: OrganisationId
  readonly points: bigint
  readonly pricePerPoint: Rational
  readonly cycle: string
}

/**
 * The clearing postings of an entry, in micro-yuan rounded down once; the fraction that was dropped
 * is recorded beside them. Nothing where both are the same organisation or nothing is owed.
 */
export function postClearing(claim: ClearingClaim): {
  readonly postings: readonly Posting[]
  readonly references: EntryReferences
} {
  const { debtor, creditor, cycle } = claim
  const owed = multiply(claim.points, claim.pricePerPoint)
  if (debtor === creditor) return { postings: [], references: {} }
  const references: EntryReferences =
    owed.remainder === 0n ? {} : { roundedDown: `${owed.remainder}/${owed.denominator}` }
  if (owed.whole === 0n) return { postings: [], references }
  const line = { asset: SETTLEMENT_ASSET, amount: owed.whole }
  return {
    postings: [
      { ...line, account: clearingPath(creditor, debtor, cycle), side: 'debit' },
      { ...line, account: clearingPath(debtor, creditor, cycle), side: 'credit' },
    ],
    references,
  }
}
