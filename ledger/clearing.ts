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
  return { postings: owedPostings({ debtor, creditor, amount: owed.whole }, cycle), references }
}

/** A debt in the clearing of a cycle: what the creditor has to get, the debtor has to pay. */
export function owedPostings(
  {
    debtor,
    creditor,
    amount,
  }: {
    readonly debtor: OrganisationId
    readonly creditor: OrganisationId
    readonly amount: bigint
  },
  cycle: string,
): Posting[] {
  const line = { asset: SETTLEMENT_ASSET, amount }
  return [
    { ...line, account: clearingPath(creditor, debtor, cycle), side: 'debit' },
    { ...line, account: clearingPath(debtor, creditor, cycle), side: 'credit' },
  ]
}
