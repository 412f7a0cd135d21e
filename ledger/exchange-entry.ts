import type { EntryReferences } from './entry.ts'
import { postClearing } from './clearing.ts'
import type { ExchangeLeg } from './exchange-terms.ts'
import { receivedLots } from './exchange-terms.ts'
import type { AccountId, ContractId, OrganisationId } from './identifiers.ts'
import { organisationOf } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { sumLots } from './lot.ts'
import type { Posting } from './posting.ts'
import { EXCHANGED_OUT, holdingPath, ISSUED } from './posting.ts'
import type { PointsProgramme } from './records.ts'
import type { DecisionContext, EntryContent } from './rule.ts'

/** An exchange that nothing can refuse any more. */
export interface Exchange {
  readonly from: AccountId
  readonly to: AccountId
  readonly given: readonly Lot[]
  /** The rates' ids, and beside each what it comes to. */
  readonly rateIds: readonly ContractId[]
  readonly legs: readonly ExchangeLeg[]
  /** Of what lies between two rates, and of what is received. */
  readonly programmes: readonly PointsProgramme[]
}

/**
 * The entry of an exchange: out of the one kind of points and into the other, those between two rates
 * issued and exchanged out at once; under each rate the clearing between its issuers and its spread.
 */
export function exchangeEntry(exchange: Exchange, context: DecisionContext): EntryContent {
  const { from, to, given, legs, programmes } = exchange
  const asset = legs[0]?.rate.from ?? ''
  const paid = { asset, amount: sumLots(given) }
  const postings: Posting[] = [
    { ...paid, account: holdingPath(from), side: 'debit', lots: given },
    { ...paid, account: EXCHANGED_OUT, side: 'credit' },
  ]
  for (const [at, { rate, receives }] of legs.entries()) {
    const line = { asset: rate.to, amount: receives.whole }
    const isLast = at === legs.length - 1
    const lots = receivedLots(given, receives.whole, programmes, context.ledger.cycle.date)
    postings.push({ ...line, account: ISSUED, side: 'debit' })
    postings.push(
      isLast
        ? { ...line, account: holdingPath(to), side: 'credit', lots }
        : { ...line, account: EXCHANGED_OUT, side: 'credit' },
    )
  }
  const money = legs.map((leg, at) => legMoney(exchange.rateIds[at] ?? '', leg, context.cycle))
  return {
    postings: [...postings, ...money.flatMap((leg) => leg.postings)],
    references: money.reduce<EntryReferences>(
      (all, { references }, at) => ({ ...all, ...numbered(references, at) }),
      {},
    ),
  }
}

/** What is owed under one rate, and what says how it was come by. */
function legMoney(id: ContractId, { rate, receives }: ExchangeLeg, cycle: string): EntryContent {
  const [debtor, creditor] = [organisationOf(rate.from), organisationOf(rate.to)]
  const claim = { debtor, points: receives.whole, cycle }
  const clearing = postClearing({ ...claim, creditor, pricePerPoint: rate.pricePerPoint })
  const spread =
    rate.spread &&
    postClearing({
      ...claim,
      creditor: rate.spread.party,
      pricePerPoint: rate.spread.pricePerPoint,
    })
  const { numerator, denominator } = rate.rate
  return {
    postings: [...clearing.postings, ...(spread?.postings ?? [])],
    references: {
      rate: id,
      toPerFrom: `${numerator}/${denominator}`,
      ...(receives.remainder > 0n && {
        pointsRoundedDown: `${receives.remainder}/${receives.denominator}`,
      }),
      ...clearing.references,
      ...spreadReferences(rate.spread?.party, spread),
    },
  }
}

function spreadReferences(
  party: OrganisationId | undefined,
  spread: EntryContent | undefined,
): EntryReferences {
  if (party === undefined || spread === undefined) return {}
  const amount = spread.postings[0]?.amount ?? 0n
  const dropped = spread.references['roundedDown']
  return {
    spreadTo: party,
    spread: String(amount),
    ...(dropped !== undefined && { spreadRoundedDown: dropped }),
  }
}

/** The references of a second rate stand beside those of the first, under the same names with a 2. */
function numbered(references: EntryReferences, at: number): EntryReferences {
  if (at === 0) return references
  return Object.fromEntries(
    Object.entries(references).map(([name, value]) => [`${name}${at + 1}`, value]),
  )
}
