import type { StateView } from './batch-state.ts'
import { isPoints, isRateBound, isSeries, organisationOf } from './identifiers.ts'
import type { OrganisationId } from './identifiers.ts'
import type { Key } from './keys.ts'
import { netDebitCapKey, programmeKey, rateKey, rushKey, seriesKey } from './keys.ts'
import { capOn, isNetDebitBound, splitNetDebitBound } from './net-debit.ts'
import { splitRateBound } from './rate.ts'
import type { DecisionContext } from './rule.ts'

/** A bound as its terms have it. */
export interface QuotaBound {
  /** Whether an organisation's lanes may be filled from its pool. */
  readonly isOpenTo: (organisation: OrganisationId) => boolean
  /** What its pool holds as long as nothing was ever taken out of it. */
  readonly untouched: bigint
}

/** The terms that a bound hangs on, by its name. */
export function boundTerms(bound: string): Key<unknown> {
  if (isNetDebitBound(bound)) return netDebitCapKey(splitNetDebitBound(bound).organisation)
  if (isRateBound(bound)) return rateKey(splitRateBound(bound).rate)
  if (isSeries(bound)) return seriesKey(bound)
  return isPoints(bound) ? programmeKey(bound) : rushKey(bound)
}

/** A bound by its name; undefined when there is none, or none on this business date. */
export function quotaBound(
  bound: string,
  state: StateView,
  context: DecisionContext,
): QuotaBound | undefined {
  if (isRateBound(bound)) {
    const { rate: id, date } = splitRateBound(bound)
    const rate = state.get(rateKey(id))
    if (rate === undefined || date !== context.ledger.cycle.date) return undefined
    // Whoever keeps an account that holds these points may have to submit its exchange.
    return { isOpenTo: () => true, untouched: rate.capPerDay }
  }
  if (isNetDebitBound(bound)) {
    const { organisation, cycle } = splitNetDebitBound(bound)
    const cap = capOn(state.get(netDebitCapKey(organisation)), context.ledger.cycle.date)
    if (cap === undefined || cycle !== context.cycle) return undefined
    // Whoever keeps an account may have to submit what makes the organisation owe.
    return { isOpenTo: () => true, untouched: cap }
  }
  if (!isPoints(bound)) {
    // A series, or a rush for one: only its issuer draws from it.
    const isOpenTo = (organisation: OrganisationId): boolean =>
      organisation === organisationOf(bound)
    return state.get(boundTerms(bound)) === undefined ? undefined : { isOpenTo, untouched: 0n }
  }
  const programme = state.get(programmeKey(bound))
  const issuers = programme && [programme.issuer, ...programme.partners]
  return issuers && { isOpenTo: (organisation) => issuers.includes(organisation), untouched: 0n }
}
