import type { Product } from './amount.ts'
import { multiply } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import type { Refusal } from './errors.ts'
import { refuse } from './errors.ts'
import type { ContractId } from './identifiers.ts'
import type { Lot } from './lot.ts'
import { mergeLots, NEVER, sumLots } from './lot.ts'
import { expiryOf } from './points-terms.ts'
import type { ExchangeRate } from './rate.ts'
import type { PointsProgramme } from './records.ts'

/** What an exchange comes to under one of its rates. */
export interface ExchangeLeg {
  readonly rate: ExchangeRate
  readonly pays: bigint
  /** Points received, rounded down once; what was dropped is the remainder. */
  readonly receives: Product
}

/**
 * What an amount comes to under one rate, or under two one after the other. Each rate rounds down
 * once: so no issuer gives anything for a fraction of a point that it has not been paid for.
 */
export function exchangeLegs(rates: readonly ExchangeRate[], amount: bigint): ExchangeLeg[] {
  const legs: ExchangeLeg[] = []
  let pays = amount
  for (const rate of rates) {
    const receives = multiply(pays, rate.rate)
    legs.push({ rate, pays, receives })
    pays = receives.whole
  }
  return legs
}

/** Why a rate cannot be used on a date, or not beside another; undefined when it can. */
export function refuseRate(
  { validFrom, validUntil, chainable }: ExchangeRate,
  {
    id,
    isChained,
    today,
  }: {
    readonly id: ContractId
    readonly isChained: boolean
    readonly today: BusinessDate
  },
): Refusal | undefined {
  if (isChained && !chainable) return refuse('NOT_CHAINABLE', { id })
  if (today < validFrom) return refuse('RATE_NOT_YET', { id, validFrom })
  return today > validUntil ? refuse('RATE_OVER', { id, validUntil }) : undefined
}

/**
 * The lots that are received for the lots that are given: each lot's share of the total, with the
 * earlier of its own date and those of the programmes it goes through. The latest lots are rounded
 * down first, so that nothing lasts longer than what was given for it.
 */
export function receivedLots(
  given: readonly Lot[],
  total: bigint,
  programmes: readonly PointsProgramme[],
  today: BusinessDate,
): Lot[] {
  const latest = programmes
    .map((programme) => expiryOf(programme, today))
    .reduce((first, date) => (date < first ? date : first), NEVER)
  const whole = sumLots(given)
  const received: Lot[] = []
  let [sum, shared] = [0n, 0n]
  for (const { expires, amount } of mergeLots(given, today).toReversed()) {
    sum += amount
    const share = (total * sum) / whole - shared
    shared += share
    const date = expires < latest ? expires : latest
    if (share > 0n) received.push({ expires: date, amount: share })
  }
  return mergeLots(received, today)
}
