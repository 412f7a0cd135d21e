import { Type } from 'typebox'
import { PositiveAmount } from './amount.ts'
import type { BusinessDate } from './business-date.ts'
import { BusinessDateText } from './business-date.ts'

/** Text order puts it behind every date, so that what never expires is spent last. */
export const NEVER = 'never'

/**
 * A part of a holding with one expiry. It can be spent up to and including `expires`, and from
 * `availableFrom` on (absent: at once).
 */
export interface Lot {
  /** A date, or NEVER. */
  readonly expires: BusinessDate
  readonly availableFrom?: BusinessDate
  readonly amount: bigint
}

export const LotText = Type.Object(
  {
    expires: Type.Union([BusinessDateText, Type.Literal(NEVER)]),
    availableFrom: Type.Optional(BusinessDateText),
    amount: PositiveAmount,
  },
  { additionalProperties: false },
)

export function parseLot(text: Type.Static<typeof LotText>): Lot {
  return { ...text, amount: BigInt(text.amount) }
}

/** A lot in few bytes, as it stands in records and events. */
export type LotTuple =
  | readonly [amount: string, expires: string]
  | readonly [amount: string, expires: string, availableFrom: string]

export function lotTuple({ amount, expires, availableFrom }: Lot): LotTuple {
  const values = [String(amount), expires] as const
  return availableFrom === undefined ? values : [...values, availableFrom]
}

export function lotOfTuple([amount, expires, availableFrom]: LotTuple): Lot {
  const lot = { amount: BigInt(amount), expires }
  return availableFrom === undefined ? lot : { ...lot, availableFrom }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** First-expiring first; of the same expiry, what is available first. */
function byExpiry(a: Lot, b: Lot): number {
  return compare(a.expires, b.expires) || compare(a.availableFrom ?? '', b.availableFrom ?? '')
}

/** Lots as of a business date: what has become available loses its date, same dates merge, sorted. */
export function mergeLots(lots: readonly Lot[], today: BusinessDate): Lot[] {
  const merged = new Map<string, Lot>()
  for (const lot of lots) {
    const pending = lot.availableFrom !== undefined && lot.availableFrom > today
    const key = pending ? `${lot.expires} ${lot.availableFrom}` : lot.expires
    const amount = (merged.get(key)?.amount ?? 0n) + lot.amount
    merged.set(key, pending ? { ...lot, amount } : { expires: lot.expires, amount })
  }
  return [...merged.values()].sort(byExpiry)
}

/** What a holding comes to on a business date. `available` is what can be spent. */
export interface LotTotals {
  readonly available: bigint
  readonly pending: bigint
  readonly expired: bigint
}

export type LotStatus = keyof LotTotals

/** What a lot is on a business date. Past its date it is expired, whether it was available or not. */
export function lotStatus(lot: Lot, today: BusinessDate): LotStatus {
  if (lot.expires < today) return 'expired'
  return lot.availableFrom !== undefined && lot.availableFrom > today ? 'pending' : 'available'
}

/** Sums of a holding's lots by their status on a business date. */
export function lotTotals(lots: readonly Lot[], today: BusinessDate): LotTotals {
  const totals = { available: 0n, pending: 0n, expired: 0n }
  for (const lot of lots) totals[lotStatus(lot, today)] += lot.amount
  return totals
}

export function sumLots(lots: readonly Lot[]): bigint {
  return lots.reduce((sum, lot) => sum + lot.amount, 0n)
}

/**
 * The lots that a payment of `amount` takes, first-expiring first. Throws when the available lots
 * do not reach: the caller has refused that before.
 */
export function takeAvailable(lots: readonly Lot[], amount: bigint, today: BusinessDate): Lot[] {
  const taken: Lot[] = []
  let rest = amount
  for (const lot of mergeLots(lots, today)) {
    if (rest === 0n) break
    if (lotStatus(lot, today) !== 'available') continue
    const part = lot.amount < rest ? lot.amount : rest
    taken.push({ expires: lot.expires, amount: part })
    rest -= part
  }
  if (rest !== 0n) throw new Error('lots do not reach')
  return taken
}

/** `lots` without `taken`, or undefined when some lot of `taken` is not there in full. */
export function subtractLots(
  lots: readonly Lot[],
  taken: readonly Lot[],
  today: BusinessDate,
): Lot[] | undefined {
  const rest = mergeLots(lots, today)
  for (const part of mergeLots(taken, today)) {
    const index = rest.findIndex((lot) => byExpiry(lot, part) === 0)
    const lot = rest[index]
    if (lot === undefined || lot.amount < part.amount) return undefined
    rest[index] = { ...lot, amount: lot.amount - part.amount }
  }
  return rest.filter((lot) => lot.amount > 0n)
}
