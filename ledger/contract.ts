import type { BasketContent } from './basket-content.ts'
import type { BusinessDate } from './business-date.ts'

/**
 * Kinds of contract: each is one record, `kind/id`, that says what it keeps in its escrow, and reads
 * of all kinds are alike.
 */
export const CONTRACT_KINDS = [
  'gift',
  'offer',
  'auction',
  'bid',
  'purchase',
  'rate',
  'rush',
  'quote',
  'agreement',
  'request',
  'settlement',
  'position',
  'payment',
  'reconciliation',
] as const

export type ContractKind = (typeof CONTRACT_KINDS)[number]

/** What every contract's record says, whatever else it does. */
export interface Contract {
  /** `open` as long as something can come of it. */
  readonly status: string
  /** Accounts, people and organisations that find it among theirs. */
  readonly parties: readonly string[]
  /** The last business date on which it is open by itself; it is due for its end on the next. */
  readonly dueOn?: BusinessDate
  /** What lies in its escrow `7103/kind/id` now: nothing else does, and this does nowhere else. */
  readonly keeps: readonly BasketContent[]
}

/** Whether a contract's last day is over. */
export function isPastDate({ dueOn }: Contract, today: BusinessDate): boolean {
  return dueOn !== undefined && dueOn < today
}

/** The earlier of a last day that was agreed and one that something has of itself. */
export function earlierDate(agreed: BusinessDate, own: BusinessDate | undefined): BusinessDate {
  return own !== undefined && own < agreed ? own : agreed
}
